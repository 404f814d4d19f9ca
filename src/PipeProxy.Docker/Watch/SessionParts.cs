using PipeProxy.Docker.Engine;

namespace PipeProxy.Docker.Watch;

/// <summary>What a session is given from outside.</summary>
/// <param name="Log">Its log.</param>
/// <param name="Clock">Its time.</param>
/// <param name="LookAround">Where the proxy stands now.</param>
/// <param name="Connected">Called once, with the number of containers, when all is known for the first time.</param>
internal sealed record SessionParts(DockerLog Log, TimeProvider Clock, Func<CancellationToken, Task<Surroundings>> LookAround, Action<int> Connected);
