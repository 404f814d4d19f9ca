using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>The problems of one container: bounded, and every text in them made fit to be shown.</summary>
internal sealed class ProblemList(string source)
{
    /// <summary>So many are listed of one container; the rest is only counted.</summary>
    public const int Limit = 100;

    private readonly List<ConfigurationProblem> _problems = [];
    private int _dropped;

    public void Add(string key, string reason)
    {
        if (_problems.Count >= Limit)
        {
            _dropped++;
            return;
        }

        _problems.Add(new ConfigurationProblem(source, UntrustedText.Show(key), reason));
    }

    public IEnumerable<ConfigurationProblem> All() => _dropped == 0
        ? _problems
        : _problems.Append(new ConfigurationProblem(source, "", $"{_dropped} more problems of this container are not listed"));
}
