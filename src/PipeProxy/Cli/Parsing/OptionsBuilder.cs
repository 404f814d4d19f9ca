using System.Collections.Immutable;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Parsing;

/// <summary>
/// Makes the options out of the values: what one flag implies for another (Traefik's rules), and what cannot be said
/// of one flag alone.
/// </summary>
internal sealed class OptionsBuilder(FlagValues values, IReadOnlyDictionary<string, string> environment, List<UsageError> errors, List<ConfigurationProblem> problems)
{
    private static readonly TimeSpan GraceAsInit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>The options; only worth something where no error was added.</summary>
    public ProxyOptions Build()
    {
        AdminOptions admin = BuildAdmin();
        DockerOptions? docker = BuildDocker();
        StaticBackendOptions? backends = BuildStatic();
        RefuseWhatCanNeverServe(docker, backends, admin);
        ImmutableArray<EntryPointOptions> entryPoints = new EntryPointsBuilder(values, errors, problems, Environment.ProcessId == 1 ? GraceAsInit : Grace)
            .Build(needsAdmin: admin.Insecure || (admin.Ping && IsAdminName(admin.PingEntryPoint)));
        return new ProxyOptions
        {
            EntryPoints = entryPoints,
            Docker = docker,
            Static = backends,
            Admin = WithPingEntryPoint(admin, entryPoints),
            Log = new LogOptions
            {
                Level = values.Get(FlagTable.LogLevel),
                Format = values.Get(FlagTable.LogFormat),
                Colour = !values.Get(FlagTable.LogNoColour),
            },
            Limits = BuildLimits(),
            Timeouts = BuildTimeouts(),
            Transport = values.Get(FlagTable.Transport),
            StatusSocket = BuildStatusSocket(),
            Problems = [.. problems],
        };
    }

    /// <summary>Where health is asked and told.</summary>
    public StatusSocketOptions BuildStatusSocket() => new(values.Get(FlagTable.StatusSocket), IsDefault: !values.Has(FlagTable.StatusSocket));

    private static bool IsAdminName(string name) => name.Equals(EntryPointOptions.AdminName, StringComparison.OrdinalIgnoreCase);

    /// <summary>As in Traefik: naming a part of a section switches the section on.</summary>
    private AdminOptions BuildAdmin()
    {
        bool insecure = values.Get(FlagTable.ApiInsecure);
        return new AdminOptions
        {
            Api = values.Has(FlagTable.Api) ? values.Get(FlagTable.Api) || insecure : insecure,
            Insecure = insecure,
            Ping = values.Has(FlagTable.Ping) ? values.Get(FlagTable.Ping) : values.Has(FlagTable.PingEntryPoint),
            PingEntryPoint = values.Get(FlagTable.PingEntryPoint),
        };
    }

    private AdminOptions WithPingEntryPoint(AdminOptions admin, ImmutableArray<EntryPointOptions> entryPoints)
    {
        if (!admin.Ping)
        {
            return admin;
        }

        foreach (EntryPointOptions entryPoint in entryPoints)
        {
            if (entryPoint.Name.Equals(admin.PingEntryPoint, StringComparison.OrdinalIgnoreCase))
            {
                return admin with { PingEntryPoint = entryPoint.Name };
            }
        }

        errors.Add(new UsageError(
            $"{values.WrittenOf(FlagTable.PingEntryPoint)}={admin.PingEntryPoint}",
            $"there is no such entry point; there are {string.Join(", ", entryPoints.Select(static entryPoint => entryPoint.Name))}"));
        return admin;
    }

    private DockerOptions? BuildDocker()
    {
        bool on = values.Has(FlagTable.Docker)
            ? values.Get(FlagTable.Docker)
            : values.Given.Any(static flag => flag.Group == FlagGroup.Docker);
        if (!on)
        {
            return null;
        }

        return new DockerOptions
        {
            Endpoint = BuildEndpoint(),
            ExposedByDefault = values.Get(FlagTable.DockerExposedByDefault),
            Network = values.TryGet(FlagTable.DockerNetwork, out string network) ? network : null,
            Constraints = values.TryGet(FlagTable.DockerConstraints, out string constraints) ? constraints : null,
            DefaultRule = values.Get(FlagTable.DockerDefaultRule),
            ForgetAfter = values.Get(FlagTable.DockerForgetAfter),
        };
    }

    private Uri BuildEndpoint()
    {
        const string DockerHost = "DOCKER_HOST";
        if (!values.Has(FlagTable.DockerEndpoint) && environment.TryGetValue(DockerHost, out string? host) && host.Length > 0)
        {
            Reading<Uri> reading = FlagTable.DockerEndpoint.Syntax.Read(host);
            if (reading.Ok)
            {
                return reading.Value;
            }

            errors.Add(new UsageError($"{DockerHost}={host}", $"expected {reading.Expected}, or --{FlagTable.DockerEndpoint.Name}"));
        }

        return values.Get(FlagTable.DockerEndpoint);
    }

    private StaticBackendOptions? BuildStatic()
    {
        ImmutableArray<StaticBackend> backends = values.List(FlagTable.Backend);
        foreach (IGrouping<string, StaticBackend> twice in backends.GroupBy(static backend => backend.Url, StringComparer.OrdinalIgnoreCase).Where(static group => group.Count() > 1))
        {
            problems.Add(new ConfigurationProblem("command line", "--" + FlagTable.Backend.Name, $"{twice.Key} is given more than once and counts once"));
        }

        if (!values.Has(FlagTable.Backend))
        {
            foreach (FlagDefinition flag in (ReadOnlySpan<FlagDefinition>)[FlagTable.Sticky, FlagTable.Rule])
            {
                if (values.Has(flag))
                {
                    problems.Add(new ConfigurationProblem("command line", values.WrittenOf(flag), "has no effect without --backend"));
                }
            }

            return null;
        }

        return new StaticBackendOptions
        {
            Backends = [.. backends.DistinctBy(static backend => backend.Url, StringComparer.OrdinalIgnoreCase)],
            StickyCookie = values.TryGet(FlagTable.Sticky, out string cookie) ? cookie : null,
            Rule = values.Get(FlagTable.Rule),
        };
    }

    /// <summary>Neither a provider nor a page of our own: a user has forgotten the essential flag.</summary>
    private void RefuseWhatCanNeverServe(DockerOptions? docker, StaticBackendOptions? backends, AdminOptions admin)
    {
        if (docker is not null || backends is not null || errors.Count > 0)
        {
            return;
        }

        if (admin.Insecure || admin.Ping)
        {
            problems.Add(new ConfigurationProblem("command line", "--" + FlagTable.Docker.Name, "neither this nor --backend is given: nothing but the API and ping is served"));
            return;
        }

        errors.Add(new UsageError(
            "", "nothing to serve: give --providers.docker to find backends by Docker labels, or --backend=http://host:port for each backend"));
    }

    private LimitOptions BuildLimits()
    {
        LimitOptions limits = new()
        {
            RequestLineBytes = (int)values.Get(FlagTable.RequestLineLimit),
            HeadBytes = (int)values.Get(FlagTable.HeadLimit),
            FieldCount = values.Get(FlagTable.FieldLimit),
            ChunkExtensionBytes = (int)values.Get(FlagTable.ChunkExtensionLimit),
            TrailerBytes = (int)values.Get(FlagTable.TrailerLimit),
            ReplayBytes = (int)values.Get(FlagTable.ReplayLimit),
            ReplayTotalBytes = values.Get(FlagTable.ReplayTotalLimit),
            Connections = values.TryGet(FlagTable.ConnectionLimit, out int connections) ? connections : null,
            IdleConnectionsPerBackend = values.Get(FlagTable.IdlePerBackend),
        };
        RefuseAbove(FlagTable.RequestLineLimit, limits.RequestLineBytes, FlagTable.HeadLimit, limits.HeadBytes);
        RefuseAbove(FlagTable.ReplayLimit, limits.ReplayBytes, FlagTable.ReplayTotalLimit, limits.ReplayTotalBytes);
        return limits;
    }

    /// <summary>A part that is larger than its whole could never be used up.</summary>
    private void RefuseAbove(FlagDefinition part, long partBytes, FlagDefinition whole, long wholeBytes)
    {
        if (partBytes > wholeBytes)
        {
            errors.Add(new UsageError($"{values.WrittenOf(part)}={Sizes.Show(partBytes)}", $"expected at most --{whole.Name}, which is {Sizes.Show(wholeBytes)}"));
        }
    }

    private TimeoutOptions BuildTimeouts() => new()
    {
        RequestHead = values.Get(FlagTable.RequestHeadTimeout),
        Linger = values.Get(FlagTable.LingerTimeout),
        Connect = values.Get(FlagTable.ConnectTimeout),
        LastConnect = values.Get(FlagTable.LastConnectTimeout),
        ResponseHead = values.Get(FlagTable.ResponseHeadTimeout),
        ResponseBody = values.Get(FlagTable.ResponseBodyTimeout),
        TunnelIdle = values.Get(FlagTable.TunnelTimeout),
        UpstreamIdle = values.Get(FlagTable.UpstreamIdleTimeout),
        TcpKeepAlive = values.Get(FlagTable.TcpKeepAlive),
    };
}
