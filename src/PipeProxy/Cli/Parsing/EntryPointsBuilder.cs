using System.Collections.Immutable;
using System.Net;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Parsing;

/// <summary>Makes the entry points: those that are given, the one on :80 where none is, the admin one where it is needed.</summary>
internal sealed class EntryPointsBuilder(FlagValues values, List<UsageError> errors, List<ConfigurationProblem> problems, TimeSpan defaultGrace)
{
    /// <summary>Traefik's name of the entry point that is there when none is given.</summary>
    private const string DefaultName = "http";
    private const int DefaultPort = 80;
    private const int AdminPort = 8080;

    /// <summary>In the order in which they were named, the admin one last.</summary>
    public ImmutableArray<EntryPointOptions> Build(bool needsAdmin)
    {
        List<EntryPointOptions> entryPoints = [];
        bool adminGiven = false;
        bool defaultNeeded = !values.EntryPoints.Any(name => !IsAdmin(name) && values.Has(FlagTable.Address, name));
        foreach (string name in values.EntryPoints)
        {
            if (values.TryGet(FlagTable.Address, out ListenAddress address, name))
            {
                entryPoints.Add(Make(name, address));
            }
            else if (IsAdmin(name) && needsAdmin)
            {
                // Its other flags are given; it stays where it always is.
                entryPoints.Add(Make(name, new ListenAddress(null, AdminPort)));
            }
            else if (defaultNeeded && name.Equals(DefaultName, StringComparison.OrdinalIgnoreCase))
            {
                entryPoints.Add(Make(name, new ListenAddress(null, DefaultPort)));
                defaultNeeded = false;
            }
            else if (!values.Has(FlagTable.Address, name))
            {
                errors.Add(new UsageError(WrittenOf(name), $"the entry point {name} has no address; give --entrypoints.{name}.address=:80"));
            }

            adminGiven |= IsAdmin(name);
        }

        if (defaultNeeded)
        {
            entryPoints.Insert(0, Make(DefaultName, new ListenAddress(null, DefaultPort)));
        }

        if (needsAdmin && !adminGiven)
        {
            entryPoints.Add(Make(EntryPointOptions.AdminName, new ListenAddress(null, AdminPort)));
        }

        RefuseSharedPorts(entryPoints);
        return [.. entryPoints];
    }

    private static bool IsAdmin(string name) => name.Equals(EntryPointOptions.AdminName, StringComparison.OrdinalIgnoreCase);

    private EntryPointOptions Make(string name, ListenAddress address)
    {
        bool tls = values.Get(FlagTable.EntryPointTls, name);
        if (tls)
        {
            problems.Add(new ConfigurationProblem(
                "command line", values.WrittenOf(FlagTable.EntryPointTls, name), $"TLS is not built yet: every router on the entry point {name} is refused, none is served in clear"));
        }

        return new EntryPointOptions
        {
            Name = name,
            Host = address.Host,
            Port = address.Port,
            Tls = tls,
            TrustedPeers = values.List(FlagTable.TrustedIps, name),
            TrustsEveryPeer = values.Get(FlagTable.TrustEveryone, name),
            ReadTimeout = values.Get(FlagTable.ReadTimeout, name),
            WriteTimeout = values.Get(FlagTable.WriteTimeout, name),
            IdleTimeout = values.Get(FlagTable.IdleTimeout, name),
            GraceTimeout = values.TryGet(FlagTable.GraceTimeout, out TimeSpan grace, name) ? grace : defaultGrace,
        };
    }

    /// <summary>The flag by which a user named <paramref name="entryPoint"/>.</summary>
    private string WrittenOf(string entryPoint)
    {
        FlagDefinition? flag = FlagTable.All.FirstOrDefault(candidate => candidate.PerEntryPoint && values.Has(candidate, entryPoint));
        return flag is null ? $"--entrypoints.{entryPoint}" : values.WrittenOf(flag, entryPoint);
    }

    private void RefuseSharedPorts(List<EntryPointOptions> entryPoints)
    {
        for (int i = 0; i < entryPoints.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                EntryPointOptions first = entryPoints[j], second = entryPoints[i];
                if (first.Port == second.Port && first.Port != 0 && Overlap(first.Host, second.Host))
                {
                    errors.Add(new UsageError(
                        $"{values.WrittenOf(FlagTable.Address, second.Name)}={second.Address}",
                        $"the entry point {first.Name} listens on {first.Address} already; give one of the two another port"));
                }
            }
        }
    }

    private static bool Overlap(IPAddress? a, IPAddress? b) =>
        a is null || b is null || a.Equals(b)
        || (a.AddressFamily == b.AddressFamily && (IsAny(a) || IsAny(b)));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
