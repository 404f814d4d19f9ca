using PipeProxy.Cli.Options;

namespace PipeProxy.Cli;

/// <summary>What the commands do beyond the command line itself; the composition root gives it.</summary>
/// <param name="Run">
/// Serves until the process is told to stop; returns the exit code. Reports <see cref="ProxyOptions.Problems"/>.
/// May throw <see cref="StartFailure"/>.
/// </param>
/// <param name="Check">Looks at what only a look at Docker and the rules can tell; binds nothing and changes nothing.</param>
internal sealed record CommandActions(Func<ProxyOptions, Task<int>> Run, Func<ProxyOptions, Task<CheckFindings>> Check);
