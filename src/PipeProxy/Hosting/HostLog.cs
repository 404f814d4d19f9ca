using Microsoft.Extensions.Logging;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Hosting;

/// <summary>What the running proxy says of its configuration.</summary>
internal sealed partial class ConfigurationLog(ILogger log)
{
    private readonly HashSet<ConfigurationProblem> _told = [];

    /// <summary>Each problem once, as long as it lasts; each backend that comes, goes or changes.</summary>
    public void Applied(ProxyState state, ProxyStateChange change)
    {
        foreach (ConfigurationProblem problem in state.Problems)
        {
            if (_told.Add(problem))
            {
                HostLog.Problem(log, problem.Source, problem.Key, problem.Reason);
            }
        }

        _told.IntersectWith(state.Problems);
        foreach (BackendChange one in change.Backends)
        {
            string before = one.Before?.ToString().ToLowerInvariant() ?? "new";
            string after = one.After?.ToString().ToLowerInvariant() ?? "gone";
            HostLog.BackendChanged(log, one.Service.Name, one.Backend.Definition.DisplayName, one.Backend.Url, before, after);
        }
    }

    /// <summary>A change could not be carried out: the last good snapshot stays.</summary>
    public void Faulted(Exception exception) => HostLog.Faulted(log, exception);

    /// <summary>A check of the breakers failed: the next one comes.</summary>
    public void CheckFaulted(Exception exception) => HostLog.CheckFaulted(log, exception);
}

/// <summary>Lines of the host.</summary>
internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source}: {Key}: {Reason}")]
    public static partial void Problem(ILogger log, string source, string key, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service}: backend {Name} ({Url}) {Before} -> {After}")]
    public static partial void BackendChanged(ILogger log, string service, string name, string url, string before, string after);

    [LoggerMessage(Level = LogLevel.Error, Message = "a change of the configuration failed by a defect of the proxy; the last good one stays in force")]
    public static partial void Faulted(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "a check of the circuit breakers failed by a defect of the proxy; the next one comes all the same")]
    public static partial void CheckFaulted(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the name '{Host}' cannot be resolved, its last good addresses are kept: {Reason}")]
    public static partial void CannotResolve(ILogger log, string host, string reason);
}
