using System.Globalization;
using System.Text;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>What clients of one kind, with or without a cookie, have seen.</summary>
internal sealed class LoadTally(string kind)
{
    private const int KeptDetails = 12;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _containers = [];
    private readonly SortedDictionary<string, int> _failures = [];
    private readonly List<string> _details = [];
    private double _slowestSeconds;

    /// <summary>Requests that were sent, whatever became of them.</summary>
    public int Sent { get; private set; }

    /// <summary>Whole answers with status 200 from a container, the right one where a cookie names it.</summary>
    public int Answered { get; private set; }

    /// <summary>Answers that broke off after their head: visible to the client, and counted apart from failures.</summary>
    public int Cut { get; private set; }

    /// <summary>Answers that moved a client with a cookie to another container and said so with a new cookie.</summary>
    public int Moved { get; private set; }

    /// <summary>Connections that were opened.</summary>
    public int Connections { get; private set; }

    /// <summary>Everything else, together.</summary>
    public int Failed
    {
        get
        {
            lock (_gate)
            {
                return _failures.Values.Sum();
            }
        }
    }

    /// <summary>Answers by container.</summary>
    public IReadOnlyDictionary<string, int> Containers
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, int>(_containers);
            }
        }
    }

    /// <summary>Failures by kind: a <see cref="WireFailure"/>, a status, or what was wrong with a cookie.</summary>
    public IReadOnlyDictionary<string, int> Failures
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, int>(_failures);
            }
        }
    }

    /// <summary>Counts a connection.</summary>
    public void Connected()
    {
        lock (_gate)
        {
            Connections++;
        }
    }

    /// <summary>Counts a request that goes out.</summary>
    public void Sending()
    {
        lock (_gate)
        {
            Sent++;
        }
    }

    /// <summary>Counts a good answer.</summary>
    public void Good(string container, bool moved, TimeSpan time)
    {
        lock (_gate)
        {
            Answered++;
            Moved += moved ? 1 : 0;
            _containers[container] = _containers.GetValueOrDefault(container) + 1;
            _slowestSeconds = Math.Max(_slowestSeconds, time.TotalSeconds);
        }
    }

    /// <summary>Counts an answer that broke off after its head.</summary>
    public void BrokeOff()
    {
        lock (_gate)
        {
            Cut++;
        }
    }

    /// <summary>Counts a failure and keeps what the first ones looked like.</summary>
    /// <param name="failure">Its kind.</param>
    /// <param name="at">Since the clients started.</param>
    /// <param name="detail">Which connection, which container, which text.</param>
    public void Bad(string failure, TimeSpan at, string detail)
    {
        lock (_gate)
        {
            _failures[failure] = _failures.GetValueOrDefault(failure) + 1;
            if (_details.Count < KeptDetails)
            {
                _details.Add(string.Create(
                    CultureInfo.InvariantCulture, $"    at {at.TotalSeconds:0.000} s: {failure}: {detail}"));
            }
        }
    }

    /// <summary>All of it in a few lines.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            string containers = string.Join(' ', _containers.Select(pair => $"{pair.Key}={pair.Value}"));
            var text = new StringBuilder();
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {kind}: {Sent} sent, {Answered} answered, {_failures.Values.Sum()} failed, {Cut} cut after their head, ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Moved} moved, {Connections} connections, slowest {_slowestSeconds:0.00} s, by container: {containers}");
            foreach ((string failure, int count) in _failures)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    {count} x {failure}");
            }

            return text.Append(string.Concat(_details.Select(detail => "\n" + detail))).ToString();
        }
    }
}

/// <summary>What all clients have seen.</summary>
internal sealed record LoadReport(LoadTally Sticky, LoadTally Plain, TimeSpan Time)
{
    /// <summary>Failures of both kinds of client.</summary>
    public int Failed => Sticky.Failed + Plain.Failed;

    /// <summary>Answers that broke off after their head, of both kinds of client.</summary>
    public int Cut => Sticky.Cut + Plain.Cut;

    /// <summary>Requests of both kinds of client.</summary>
    public int Sent => Sticky.Sent + Plain.Sent;

    /// <summary>All of it in a few lines.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Sent} requests in {Time.TotalSeconds:0.0} s ({Sent / Time.TotalSeconds:0} a second)\n{Sticky}\n{Plain}");
}
