using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>A service as one container's labels write it, and what they say of the container's server in it.</summary>
internal sealed class ServiceDraft(string name, string key)
{
    public string Name { get; } = name;

    /// <summary>The first label that speaks of it.</summary>
    public string Key { get; } = key;

    public int? Port { get; private set; }

    public string? Scheme { get; private set; }

    public LabelEntry? Url { get; private set; }

    public int Weight { get; private set; } = 1;

    /// <summary>What stands in the labels of the server can't be meant: it gets none, rather than a guessed one.</summary>
    public bool IsServerWrong { get; private set; }

    private string? _retryMethods;
    private bool _passHostHeader = true;
    private bool _sticky;
    private bool _stickyIsOff;
    private StickyCookie _cookie = new() { Name = "" };

    public void Set(string option, LabelEntry label, ProblemList problems)
    {
        switch (option)
        {
            case "loadbalancer.server.port":
                Port = (int?)LabelValue.Number(label, 1, 65535, problems);
                IsServerWrong |= Port is null;
                break;
            case "loadbalancer.server.scheme":
                Scheme = label.Value.Trim().ToLowerInvariant();
                if (Scheme != "http")
                {
                    problems.Add(label.Key, Scheme is "https" or "h2c"
                        ? $"{Scheme} to a backend is not served by this version: the container's server is left out, and nothing is sent to it in clear instead"
                        : $"is http, not {UntrustedText.Show(label.Value)}");
                    IsServerWrong = true;
                }

                break;
            case "loadbalancer.server.url":
                Url = label;
                break;
            case "loadbalancer.server.weight":
                Weight = (int)(LabelValue.Number(label, 0, 1_000_000, problems) ?? 1);
                break;
            case "loadbalancer.passhostheader":
                _passHostHeader = LabelValue.Bool(label, problems) ?? true;
                break;
            case "loadbalancer.retry.methods":
                var methods = label.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (methods.Length == 0 || !methods.All(static m => UntrustedText.IsToken(m)))
                {
                    problems.Add(label.Key, "is a list of methods with commas between them, as in GET,HEAD,PUT (NONE for no method)");
                    break;
                }

                _retryMethods = string.Join(',', methods.Select(static m => m.ToUpperInvariant()));
                break;
            case "loadbalancer.strategy":
                if (!label.Value.Trim().Equals("wrr", StringComparison.OrdinalIgnoreCase))
                {
                    problems.Add(label.Key, "is not in force: this version serves wrr alone");
                }

                break;
            case "loadbalancer.sticky" or "loadbalancer.sticky.cookie":
                var on = LabelValue.Bool(label, problems) ?? false;
                _sticky |= on;
                _stickyIsOff |= !on;
                break;
            default:
                _sticky = true;
                _cookie = Cookie(option["loadbalancer.sticky.cookie.".Length..], label, problems);
                break;
        }
    }

    public ServiceDefinition Define(string source) => new()
    {
        Name = Name,
        PassHostHeader = _passHostHeader,
        RetryMethods = _retryMethods,
        Sticky = !_sticky || _stickyIsOff ? null : _cookie.Name.Length > 0 ? _cookie : _cookie with { Name = TraefikNames.DefaultCookie(Name) },
        Source = source,
    };

    private StickyCookie Cookie(string attribute, LabelEntry label, ProblemList problems)
    {
        var value = label.Value.Trim();
        switch (attribute)
        {
            case "name":
                if (UntrustedText.IsToken(value))
                {
                    return _cookie with { Name = value };
                }

                problems.Add(label.Key, "is a cookie name: letters, digits and !#$%&'*+-.^_`|~");
                return _cookie;
            case "httponly":
                return _cookie with { HttpOnly = LabelValue.Bool(label, problems) ?? false };
            case "secure":
                return _cookie with { Secure = LabelValue.Bool(label, problems) ?? false };
            case "maxage":
                return _cookie with { MaxAge = (int)(LabelValue.Number(label, int.MinValue, int.MaxValue, problems) ?? 0) };
            case "samesite":
                if (value.ToLowerInvariant() is "none" or "lax" or "strict")
                {
                    return _cookie with { SameSite = value.ToLowerInvariant() };
                }

                problems.Add(label.Key, $"is none, lax or strict, not {UntrustedText.Show(value)}");
                return _cookie;
            default:
                // Path and Domain: RFC 6265 section 4.1.1 allows everything but controls and the semicolon.
                if (value.AsSpan().ContainsAnyExceptInRange(' ', '~') || value.Contains(';'))
                {
                    problems.Add(label.Key, "may hold no semicolon, and of characters the printable ones of ASCII");
                    return _cookie;
                }

                return attribute == "path" ? _cookie with { Path = value } : _cookie with { Domain = value.Length > 0 ? value : null };
        }
    }
}
