using Microsoft.Extensions.Logging;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>What forwarding says, in one place. Nothing here runs for a request that goes well.</summary>
internal sealed partial class ForwardingLog(ILogger logger)
{
    public void AttemptFailed(Exchange exchange, Backend backend, in AttemptOutcome outcome) =>
        AttemptFailed(exchange.Route?.Service.Name ?? "", backend.Url, outcome.Result, outcome.Detail);

    public void ResponseCut(Exchange exchange, CopyEnd end)
    {
        if (end == CopyEnd.Cut)
        {
            ResponseCut(exchange.Route?.Service.Name ?? "", exchange.Backend?.Url ?? "");
        }
    }

    public void RequestRefused(Connection client, in HttpRejection rejection)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            string peer = client.RemoteEndPoint?.ToString() ?? "";
            RequestRefused(peer, rejection.Status, rejection.Reason);
        }
    }

    [LoggerMessage(EventId = 103, Level = LogLevel.Error, Message = "A connection ended by a defect of the proxy.")]
    public partial void Defect(Exception exception);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "The deadline of the drain came with {Count} connections open: they are cut.")]
    public partial void DrainDeadline(int count);

    [LoggerMessage(EventId = 105, Level = LogLevel.Information, Message = "{Service}: {Backend} was ejected: {Rerouted} waiting requests go elsewhere, {Waiting} wait on for its answer.")]
    public partial void Ejected(string service, string backend, int rerouted, int waiting);

    [LoggerMessage(EventId = 100, Level = LogLevel.Debug, Message = "{Service}: an attempt on {Backend} failed: {Result}. {Detail}")]
    private partial void AttemptFailed(string service, string backend, AttemptResult result, string detail);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "{Service}: {Backend} ended an answer before its end: the client's connection was cut.")]
    private partial void ResponseCut(string service, string backend);

    [LoggerMessage(EventId = 102, Level = LogLevel.Debug, Message = "A request from {Client} was refused with {Status}: {Reason}")]
    private partial void RequestRefused(string client, int status, string reason);
}
