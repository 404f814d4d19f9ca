using System.Collections.Immutable;

namespace PipeProxy.Cli.Flags;

/// <summary>A flag of Traefik's static reference that PipeProxy does not serve.</summary>
/// <param name="Pattern">Lower case; <c>&lt;name&gt;</c> stands for one part, <c>.*</c> at the end for itself and everything below.</param>
/// <param name="Note">What to do instead, or what follows; empty = nothing to say.</param>
/// <param name="SatisfiedBy">The value that asks for what happens anyway, so that there is nothing to warn of.</param>
internal sealed record TraefikFlag(string Pattern, string Note = "", string? SatisfiedBy = null)
{
    /// <summary>Whether <paramref name="name"/>, case ignored, is this flag.</summary>
    public bool Matches(string name)
    {
        bool below = Pattern.EndsWith(".*", StringComparison.Ordinal);
        string[] wanted = (below ? Pattern[..^2] : Pattern).Split('.');
        string[] parts = name.Split('.');
        if (below ? parts.Length < wanted.Length : parts.Length != wanted.Length)
        {
            return false;
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            bool same = wanted[i] == FlagDefinition.NamePlaceholder ? parts[i].Length > 0 : wanted[i].Equals(parts[i], StringComparison.OrdinalIgnoreCase);
            if (!same)
            {
                return false;
            }
        }

        return Array.TrueForAll(parts, static part => part.Length > 0);
    }
}

/// <summary>
/// What a Traefik v3 command line may hold besides the flags that are served: such a flag warns once, by name, and
/// the proxy starts. Sections that are served in part are listed flag by flag, so that a typo in them is still found.
/// </summary>
internal static class TraefikFlags
{
    private const string NotApplied = "they are NOT applied; write them into each router's label";
    private const string Tls = "TLS is not built yet: routers that ask for it are refused";
    private const string OtherProvider = "backends come from Docker's labels or from --backend";

    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<TraefikFlag> NotServed =
    [
        new("accesslog.*", "there is no access log in this version", "false"),
        new("api.basepath", "the API is under /api"),
        new("api.dashboard", "there is no dashboard in this version; the API is served", "false"),
        new("api.debug", SatisfiedBy: "false"),
        new("api.disabledashboardad", "there is no dashboard in this version, and no advertisement", "true"),
        new("certificatesresolvers.*", Tls),
        new("configfile", "the file is NOT read; give its entries as flags or variables"),
        new("core.*", "rules are read in v3's syntax"),
        new("entrypoints.<name>", "give its address: --entrypoints.<name>.address"),
        new("entrypoints.<name>.allowacmebypass", Tls, "false"),
        new("entrypoints.<name>.asdefault", "routers that name no entry point are served on all but traefik"),
        new("entrypoints.<name>.forwardedheaders.connection"),
        new("entrypoints.<name>.http"),
        new("entrypoints.<name>.http.encodedcharacters.*", "%5c and %00 in a path are refused, others pass as they came"),
        new("entrypoints.<name>.http.encodequerysemicolons", "a query passes as it came", "false"),
        new("entrypoints.<name>.http.maxheaderbytes", "give --limits.head"),
        new("entrypoints.<name>.http.middlewares", NotApplied),
        new("entrypoints.<name>.http.redirections.*", "requests are NOT redirected; use the middleware redirectscheme"),
        new("entrypoints.<name>.http.sanitizepath", "a path is never rewritten; one with dot segments is refused", "false"),
        new("entrypoints.<name>.http.tls.*", Tls),
        new("entrypoints.<name>.http2.*", "HTTP/1.1 is served"),
        new("entrypoints.<name>.http3.*", "HTTP/1.1 is served", "false"),
        new("entrypoints.<name>.observability.*", SatisfiedBy: "false"),
        new("entrypoints.<name>.proxyprotocol.*", "connections that begin with the PROXY protocol are refused", "false"),
        new("entrypoints.<name>.reuseport", "a busy port is an error", "false"),
        new("entrypoints.<name>.transport.keepalivemaxrequests", SatisfiedBy: "0"),
        new("entrypoints.<name>.transport.keepalivemaxtime", SatisfiedBy: "0"),
        new("entrypoints.<name>.transport.lifecycle.requestacceptgracetimeout", "listeners close at once", "0"),
        new("entrypoints.<name>.udp.*"),
        new("experimental.*"),
        new("global.checknewversion", "nothing is ever asked of anyone", "false"),
        new("global.sendanonymoususage", "nothing is ever sent to anyone", "false"),
        new("hostresolver.*", SatisfiedBy: "false"),
        new("log"),
        new("log.compress", "the log goes to stderr"),
        new("log.filepath", "the log goes to stderr"),
        new("log.maxage", "the log goes to stderr"),
        new("log.maxbackups", "the log goes to stderr"),
        new("log.maxsize", "the log goes to stderr"),
        new("log.otlp.*", "the log goes to stderr", "false"),
        new("metrics.*", "there are no metrics in this version", "false"),
        new("ocsp.*", Tls),
        new("ping.manualrouting", SatisfiedBy: "false"),
        new("ping.terminatingstatuscode", "it is 503", "503"),
        new("providers.consul.*", OtherProvider),
        new("providers.consulcatalog.*", OtherProvider),
        new("providers.docker.allowemptyservices", "services outlive their containers by --providers.docker.forgetafter"),
        new("providers.docker.httpclienttimeout"),
        new("providers.docker.password", "use an engine without a password, such as a socket proxy"),
        new("providers.docker.tls.*", "TLS to the engine is not built; put a socket proxy before it"),
        new("providers.docker.usebindportip", "the container's own address is used", "false"),
        new("providers.docker.username", "use an engine without a password, such as a socket proxy"),
        new("providers.docker.watch", "the engine's events are always followed", "true"),
        new("providers.ecs.*", OtherProvider),
        new("providers.etcd.*", OtherProvider),
        new("providers.file.*", OtherProvider),
        new("providers.http.*", OtherProvider),
        new("providers.knative.*", OtherProvider),
        new("providers.kubernetescrd.*", OtherProvider),
        new("providers.kubernetesgateway.*", OtherProvider),
        new("providers.kubernetesingress.*", OtherProvider),
        new("providers.kubernetesingressnginx.*", OtherProvider),
        new("providers.nomad.*", OtherProvider),
        new("providers.plugin.*", OtherProvider),
        new("providers.providersthrottleduration", "changes take effect at once"),
        new("providers.redis.*", OtherProvider),
        new("providers.rest.*", OtherProvider),
        new("providers.swarm.*", OtherProvider),
        new("providers.zookeeper.*", OtherProvider),
        new("serverstransport.insecureskipverify", "TLS to backends is not built yet", "false"),
        new("serverstransport.rootcas", "TLS to backends is not built yet"),
        new("serverstransport.spiffe.*", "TLS to backends is not built yet"),
        new("spiffe.*", Tls),
        new("tcpserverstransport.*", "HTTP is served, not TCP"),
        new("tracing.*", SatisfiedBy: "false"),
    ];

    /// <summary>The flag that <paramref name="name"/> is; null where Traefik has none of that name.</summary>
    public static TraefikFlag? Find(string name)
    {
        foreach (TraefikFlag flag in NotServed)
        {
            if (flag.Matches(name))
            {
                return flag;
            }
        }

        return null;
    }

    /// <summary>
    /// The flag a variable means, its prefix taken off, and its name; entry points' names may hold an underscore there.
    /// </summary>
    public static TraefikFlag? FindVariable(string variable, out string name)
    {
        name = variable.ToLowerInvariant().Replace('_', '.');
        if (Find(name) is { } exact)
        {
            return exact;
        }

        string[] parts = name.Split('.');
        // The name's own underscores: ENTRYPOINTS_MY_WEB_ASDEFAULT is about my_web.
        for (int length = 2; parts[0] == "entrypoints" && length < parts.Length - 1; length++)
        {
            string joined = string.Join('.', ["entrypoints", string.Join('_', parts[1..(1 + length)]), .. parts[(1 + length)..]]);
            if (Find(joined) is { } flag)
            {
                name = joined;
                return flag;
            }
        }

        return null;
    }

    /// <summary>Whether <paramref name="name"/> configures TLS of <paramref name="entryPoint"/>, and so asks for it.</summary>
    public static bool AsksForTls(string name, out string entryPoint) =>
        FlagTable.TrySplitEntryPoint(name, out entryPoint, out string rest) && rest.StartsWith("http.tls.", StringComparison.OrdinalIgnoreCase);
}
