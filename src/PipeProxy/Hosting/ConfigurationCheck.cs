using System.Collections.Immutable;
using PipeProxy.Cli;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker;

namespace PipeProxy.Hosting;

/// <summary>What <c>pipeproxy check</c> looks at beyond the flags: every label, and what of it would be in force.</summary>
internal static class ConfigurationCheck
{
    private const string Command = "command line";

    public static async Task<CheckFindings> RunAsync(ProxyOptions options)
    {
        await using ConfigurationQueue queue = new(OptionMapping.Configuration(options), TimeProvider.System);
        var findings = ImmutableArray.CreateBuilder<CheckFinding>();
        if (options.Static is { } backends)
        {
            await using StaticProvider provider = new(backends, queue.Publish, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            provider.Start();
            await queue.FirstConfiguration(StaticProvider.Name);
        }

        if (options.Docker is { } docker)
        {
            DockerReading reading = await DockerProvider.ReadOnceAsync(OptionMapping.Docker(docker), TimeProvider.System);
            if (reading.Configuration is { } configuration)
            {
                queue.Publish(configuration);
            }
            else
            {
                findings.Add(new CheckFinding(CheckSeverity.Warning, new ConfigurationProblem(Command, "--providers.docker.endpoint", reading.Error ?? "cannot be read")));
            }
        }

        await queue.WhenAppliedAsync();
        ProxyState state = queue.Current;
        foreach (ConfigurationProblem problem in state.Problems)
        {
            findings.Add(new CheckFinding(problem.IsRefusal() ? CheckSeverity.Refused : CheckSeverity.Warning, problem));
        }

        int servers = state.ServiceStates.Sum(static s => s.Set.Entries.Length);
        return new CheckFindings(findings.ToImmutable(), $"{state.Routers.Length} routers, {state.Services.Length} services, {servers} backends");
    }
}
