namespace PipeProxy.Docker.Labels;

/// <summary>One option that a label can set.</summary>
/// <param name="Pattern">Lower-case path after the object's name; <c>?</c> = one part of the user's, <c>*</c> at the end = any rest.</param>
/// <param name="NotServed">Null where it is served; else what to tell the user.</param>
/// <param name="OwnOnly">It exists under <c>pipeproxy.</c> alone.</param>
internal sealed record LabelOption(string Pattern, string? NotServed = null, bool OwnOnly = false);

/// <summary>The options that Traefik v3 and we know, served or not, and the nearest one to a slip.</summary>
internal static class LabelGrammar
{
    private const string NotYet = "is not in force: it is not served by this version";
    private const string Breaker = "is not in force: the circuit breaker is not served by this version";
    private const string Health = "is not in force: health checks by label are not served by this version (the image's own HEALTHCHECK is)";

    public static readonly LabelOption[] Router =
    [
        new("rule"), new("service"), new("entrypoints"), new("middlewares"), new("priority"), new("rulesyntax"),
        new("tls"), new("tls.options"), new("tls.certresolver"), new("tls.domains[n].main"), new("tls.domains[n].sans"),
        new("observability.*", NotYet), new("parentrefs", NotYet), new("deniedencodedpathcharacters.*", NotYet),
    ];

    public static readonly LabelOption[] Service =
    [
        new("loadbalancer.server.port"), new("loadbalancer.server.scheme"), new("loadbalancer.server.url"), new("loadbalancer.server.weight"),
        new("loadbalancer.passhostheader"), new("loadbalancer.strategy"), new("loadbalancer.sticky"), new("loadbalancer.sticky.cookie"),
        new("loadbalancer.sticky.cookie.name"), new("loadbalancer.sticky.cookie.httponly"), new("loadbalancer.sticky.cookie.secure"),
        new("loadbalancer.sticky.cookie.samesite"), new("loadbalancer.sticky.cookie.maxage"), new("loadbalancer.sticky.cookie.path"),
        new("loadbalancer.sticky.cookie.domain"),
        new("loadbalancer.healthcheck.*", Health), new("loadbalancer.healthcheck", Health), new("loadbalancer.passivehealthcheck.*", Health),
        new("loadbalancer.server.preservepath", NotYet), new("loadbalancer.serverstransport", NotYet),
        new("loadbalancer.responseforwarding.flushinterval", "is not in force: every part of an answer is sent on as it comes"),
        new("weighted.*", NotYet), new("mirroring.*", NotYet), new("failover.*", NotYet), new("highestrandomweight.*", NotYet),
        new("loadbalancer.hold.time", NotYet, true), new("loadbalancer.hold.length", NotYet, true),
        new("loadbalancer.ramp", NotYet, true), new("loadbalancer.retry.methods", OwnOnly: true),
    ];

    public static readonly LabelOption[] Middleware =
    [
        new("addprefix.prefix"), new("headers.customrequestheaders.?"), new("headers.customresponseheaders.?"),
        new("redirectscheme.scheme"), new("redirectscheme.port"), new("redirectscheme.permanent"),
        new("forwardauth.address"), new("forwardauth.trustforwardheader"), new("forwardauth.authresponseheaders"), new("forwardauth.authrequestheaders"),
        .. Options("forwardauth", "tls.*", "authresponseheadersregex", "addauthcookiestoresponse", "headerfield", "forwardbody", "maxbodysize",
            "maxresponsebodysize", "preservelocationheader", "preserverequestmethod"),
        .. Options("headers", "accesscontrolallowcredentials", "accesscontrolallowheaders", "accesscontrolallowmethods", "accesscontrolalloworiginlist",
            "accesscontrolalloworiginlistregex", "accesscontrolexposeheaders", "accesscontrolmaxage", "addvaryheader", "allowedhosts", "hostsproxyheaders",
            "sslredirect", "ssltemporaryredirect", "sslhost", "sslforcehost", "sslproxyheaders.*", "stsseconds", "stsincludesubdomains", "stspreload",
            "forcestsheader", "framedeny", "customframeoptionsvalue", "contenttypenosniff", "browserxssfilter", "custombrowserxssvalue",
            "contentsecuritypolicy", "contentsecuritypolicyreportonly", "publickey", "referrerpolicy", "featurepolicy", "permissionspolicy", "isdevelopment"),
        new("circuitbreaker.expression", Breaker), new("circuitbreaker.checkperiod", Breaker), new("circuitbreaker.fallbackduration", Breaker),
        new("circuitbreaker.recoveryduration", Breaker), new("circuitbreaker.responsecode", Breaker),
        new("circuitbreaker.minrequests", Breaker, true), new("circuitbreaker.maxejectionpercent", Breaker, true),
        new("compress", NotYet), new("contenttype", NotYet),
        .. Kinds("basicauth", "buffering", "chain", "compress", "contenttype", "digestauth", "encodedcharacters", "errors", "grpcweb", "inflightreq",
            "ipallowlist", "ipwhitelist", "passtlsclientcert", "plugin", "ratelimit", "redirectregex", "replacepath", "replacepathregex", "retry",
            "stripprefix", "stripprefixregex"),
    ];

    /// <summary>The known option of this path, or null.</summary>
    public static LabelOption? Find(LabelOption[] options, string path, bool isOwn)
    {
        var parts = path.Split('.');
        return Array.Find(options, option => (isOwn || !option.OwnOnly) && Matches(option.Pattern.Split('.'), parts));
    }

    /// <summary>What an unknown path is answered with: the nearest right one, where one is near.</summary>
    public static string Unknown(LabelOption[] options, string path, bool isOwn)
    {
        var nearest = Nearest(options.Where(o => isOwn || !o.OwnOnly).Select(static o => o.Pattern.TrimEnd('*', '.').Replace("?", "<name>", StringComparison.Ordinal)), path);
        return nearest is null ? "is not a known label" : $"is not a known label; the nearest is {nearest}";
    }

    /// <summary>The known word nearest to a slip, or null where none is near.</summary>
    public static string? Nearest(IEnumerable<string> known, string word)
    {
        if (word.Length > 100)
        {
            return null;
        }

        var last = word[(word.LastIndexOf('.') + 1)..];
        string? best = null;
        var bestDistance = Math.Max(2, word.Length / 4) + 1;
        foreach (var candidate in known)
        {
            // A part left out on the way (loadbalancer.port) is nearer than its length tells.
            var sameEnd = word.Contains('.') && candidate.EndsWith("." + last, StringComparison.Ordinal);
            var distance = sameEnd ? Math.Min(Distance(word, candidate), 2) : Distance(word, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    private static IEnumerable<LabelOption> Options(string kind, params string[] options) => options.Select(o => new LabelOption($"{kind}.{o}", NotYet));

    private static IEnumerable<LabelOption> Kinds(params string[] kinds) => kinds.Select(k => new LabelOption(k + ".*", NotYet));

    private static bool Matches(string[] pattern, string[] parts)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == "*")
            {
                return parts.Length > i;
            }

            if (i >= parts.Length || (pattern[i] != "?" && pattern[i] != parts[i]))
            {
                return false;
            }
        }

        return pattern.Length == parts.Length;
    }

    // Levenshtein's distance, with one row.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
