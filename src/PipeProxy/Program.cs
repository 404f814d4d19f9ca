using Microsoft.Extensions.Logging;
using PipeProxy.Cli;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Status;
using PipeProxy.Core.Telemetry;

CommandActions actions = new(Run: RunAsync, Check: static _ => Task.FromResult(new CheckFindings([], "flags are right")));
return await new CommandLine(actions, Console.Out, Console.Error).InvokeAsync(args, CommandLine.ReadEnvironment());

static async Task<int> RunAsync(ProxyOptions options)
{
    using Signals signals = new();
    using ProxyLog log = ProxyLog.ToStandardError(options.Log.Level, options.Log.Format, options.Log.Colour);
    ILogger main = log.CreateLogger("main");
    foreach (PipeProxy.Core.Configuration.ConfigurationProblem problem in options.Problems)
    {
        StartLog.NotInForce(main, problem.Source, problem.Key, problem.Reason);
    }

    DescriptorLimit descriptors = DescriptorLimit.Raise();
    StartLog.Descriptors(main, descriptors.Descriptors, descriptors.Connections);
    await using StatusSocket? status = StatusSocket.Open(options.StatusSocket, () => StatusAnswer.Not("starting: nothing is bound"), main);
    TaskCompletionSource stopped = new();
    using CancellationTokenRegistration registration = signals.Stopping.Register(stopped.SetResult);
    await stopped.Task;
    StartLog.Stopping(main, signals.First ?? "");
    return ExitCode.Ok;
}
