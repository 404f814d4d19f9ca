using System.Collections.Concurrent;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>Promises that the user of a connection has broken, with where it did.</summary>
internal sealed class HostileFailures
{
    private readonly ConcurrentQueue<string> _failures = new();

    public IReadOnlyCollection<string> All => _failures;

    /// <summary>Notes it, and throws it at the culprit as well.</summary>
    public InvalidOperationException Report(string what)
    {
        _failures.Enqueue($"{what}\n{Environment.StackTrace}");
        return new InvalidOperationException($"contract broken: {what}");
    }

    public void Verify() => Assert.True(_failures.IsEmpty, "contract broken:\n" + string.Join("\n\n", _failures));
}
