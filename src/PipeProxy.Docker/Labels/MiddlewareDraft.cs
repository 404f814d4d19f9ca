using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>A middleware as one container's labels write it. A name has one kind; a second kind under it is a problem.</summary>
internal sealed class MiddlewareDraft(string name, string key)
{
    // Without them a request is served as well, only not as well watched or packed: a router that names one goes on without.
    // All others guard or change requests, so that a router which names one is not served until they are.
    private static readonly string[] _dispensable = ["circuitbreaker", "retry", "compress", "contenttype", "headers"];

    private readonly Dictionary<string, LabelEntry> _options = [];
    private readonly List<KeyValuePair<string, string>> _requestFields = [];
    private readonly List<KeyValuePair<string, string>> _responseFields = [];
    private string? _kind;
    private bool _isServed;
    private bool _isWrong;
    private bool _guardsHosts;

    public string Name { get; } = name;

    /// <summary>The first label that speaks of it.</summary>
    public string Key { get; } = key;

    /// <summary>It is not served, and a router may go on without it.</summary>
    public bool IsDispensable => !_isServed && !_guardsHosts && Array.IndexOf(_dispensable, _kind) >= 0;

    public void Set(string option, bool isServed, LabelEntry label, ProblemList problems)
    {
        var kind = option.Split('.', 2)[0];
        if (_kind is not null && _kind != kind)
        {
            problems.Add(label.Key, $"a middleware has one kind, and {UntrustedText.Show(Name)} is {_kind}: give this one a name of its own");
            return;
        }

        _kind = kind;
        _isServed |= isServed;
        _guardsHosts |= option == "headers.allowedhosts";
        if (!isServed)
        {
            return;
        }

        if (option.StartsWith("headers.", StringComparison.Ordinal))
        {
            var (field, value) = (label.Path[^1], label.Value.Trim());
            if (!UntrustedText.IsToken(field))
            {
                problems.Add(label.Key, "does not end in the name of a header field");
                return;
            }

            (option.StartsWith("headers.customrequest", StringComparison.Ordinal) ? _requestFields : _responseFields).Add(new(field, value));
            return;
        }

        _options[option] = label;
    }

    /// <summary>The definition, or null where none is served or something it can't do without is missing (then a problem says so).</summary>
    public MiddlewareDefinition? Define(string source, ProblemList problems)
    {
        if (!_isServed)
        {
            return null;
        }

        MiddlewareDefinition? made = _kind switch
        {
            "addprefix" => AddPrefix(source, problems),
            "headers" => new HeadersDefinition { Name = Name, Source = source, CustomRequestHeaders = [.. _requestFields], CustomResponseHeaders = [.. _responseFields] },
            "redirectscheme" => RedirectScheme(source, problems),
            _ => ForwardAuth(source, problems),
        };
        return _isWrong ? null : made;
    }

    private AddPrefixDefinition AddPrefix(string source, ProblemList problems)
    {
        var prefix = Text("addprefix.prefix");
        if (prefix.Length == 0 || prefix.AsSpan().ContainsAnyExceptInRange('!', '~') || prefix.AsSpan().ContainsAny('?', '#'))
        {
            Refuse("addprefix.prefix", "is a path, such as /api", problems);
        }

        return new AddPrefixDefinition { Name = Name, Source = source, Prefix = prefix.StartsWith('/') ? prefix : "/" + prefix };
    }

    private RedirectSchemeDefinition RedirectScheme(string source, ProblemList problems)
    {
        var scheme = Text("redirectscheme.scheme").ToLowerInvariant();
        if (scheme is not ("http" or "https"))
        {
            Refuse("redirectscheme.scheme", "is http or https, and must be given", problems);
        }

        string? port = null;
        if (_options.TryGetValue("redirectscheme.port", out var label))
        {
            var number = LabelValue.Number(label, 1, 65535, problems);
            _isWrong |= number is null;
            port = number?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return new RedirectSchemeDefinition { Name = Name, Source = source, Scheme = scheme, Port = port, Permanent = Flag("redirectscheme.permanent", problems) };
    }

    private ForwardAuthDefinition ForwardAuth(string source, ProblemList problems)
    {
        var address = Text("forwardauth.address");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.UserInfo.Length > 0)
        {
            Refuse("forwardauth.address", url?.Scheme == Uri.UriSchemeHttps
                ? "https to the server that is asked is not served by this version"
                : "is the http URL of the server that is asked, and must be given", problems);
        }

        return new ForwardAuthDefinition
        {
            Name = Name,
            Source = source,
            Address = address,
            TrustForwardHeader = Flag("forwardauth.trustforwardheader", problems),
            AuthResponseHeaders = Fields("forwardauth.authresponseheaders", problems),
            AuthRequestHeaders = Fields("forwardauth.authrequestheaders", problems),
        };
    }

    private string Text(string option) => _options.TryGetValue(option, out var label) ? label.Value.Trim() : "";

    private bool Flag(string option, ProblemList problems) => _options.TryGetValue(option, out var label) && LabelValue.Bool(label, problems) == true;

    private System.Collections.Immutable.ImmutableArray<string> Fields(string option, ProblemList problems)
    {
        if (!_options.TryGetValue(option, out var label))
        {
            return [];
        }

        var fields = LabelValue.List(label);
        if (fields.FirstOrDefault(f => !UntrustedText.IsToken(f)) is { } wrong)
        {
            Refuse(option, $"is a list of header names, and {UntrustedText.Show(wrong)} is none", problems);
        }

        return fields;
    }

    private void Refuse(string option, string reason, ProblemList problems)
    {
        _isWrong = true;
        problems.Add(_options.TryGetValue(option, out var label) ? label.Key : Key, label is null ? $"the middleware's {option} {reason}" : reason);
    }
}
