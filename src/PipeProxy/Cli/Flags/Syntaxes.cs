using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Routing;
using PipeProxy.Core.Telemetry;

namespace PipeProxy.Cli.Flags;

/// <summary>The kinds of value that flags take.</summary>
internal static class Syntaxes
{
    /// <summary><c>true</c> or <c>false</c>, as Go reads them.</summary>
    public static readonly ValueSyntax<bool> Boolean = new("BOOL", static text => ReadBoolean(text) is { } value
        ? Reading<bool>.Of(value)
        : Reading<bool>.Wrong("true or false"));

    /// <summary>Any text but an empty one.</summary>
    public static readonly ValueSyntax<string> Text = new("TEXT", static text => text.Length > 0
        ? Reading<string>.Of(text)
        : Reading<string>.Wrong("a value that is not empty"));

    /// <summary>A rule of a router, Traefik v3's grammar.</summary>
    public static readonly ValueSyntax<string> Rule = new("RULE", static text => RuleSyntax.Problem(text) is { } problem
        ? Reading<string>.Wrong($"a rule such as Host(`example.org`) && PathPrefix(`/shop`): {problem}")
        : Reading<string>.Of(text));

    /// <summary>What labels a container must have, Traefik's expressions.</summary>
    public static readonly ValueSyntax<string> Constraints = new("EXPRESSION", static text => ProblemOf(new Docker.DockerOptions { Constraints = text }) is { } problem
        ? Reading<string>.Wrong($"an expression such as Label(`stage`,`prod`) && !LabelRegex(`tier`,`^db`): {problem}")
        : Text.Read(text));

    /// <summary>The rule of containers that give none, Traefik's templates.</summary>
    public static readonly ValueSyntax<string> RuleTemplate = new("TEMPLATE", static text => ProblemOf(new Docker.DockerOptions { DefaultRule = text }) is { } problem
        ? Reading<string>.Wrong($"a rule such as Host(`{{{{ normalize .Name }}}}.example.org`): {problem}")
        : Text.Read(text));

    /// <summary>A network as CIDR; an address alone is a network of one.</summary>
    public static readonly ValueSyntax<IPNetwork> Network = new("CIDR", ReadNetwork);

    /// <summary>The levels of Traefik's log.</summary>
    public static readonly ValueSyntax<LogLevel> Level = Choice("LEVEL",
        ("DEBUG", LogLevel.Debug), ("INFO", LogLevel.Information), ("WARN", LogLevel.Warning), ("ERROR", LogLevel.Error),
        ("TRACE", LogLevel.Trace), ("FATAL", LogLevel.Critical), ("PANIC", LogLevel.Critical));

    /// <summary>The forms of Traefik's log.</summary>
    public static readonly ValueSyntax<LogFormat> Format = Choice("FORMAT", ("common", LogFormat.Common), ("json", LogFormat.Json));

    /// <summary>The transports that are built in.</summary>
    public static readonly ValueSyntax<TransportKind> Transport = new("KIND", static text => text.ToLowerInvariant() switch
    {
        "auto" => Reading<TransportKind>.Of(TransportKind.Auto),
        "sockets" => Reading<TransportKind>.Of(TransportKind.Sockets),
        "epoll" => Reading<TransportKind>.Wrong("auto or sockets; this version has no epoll transport"),
        _ => Reading<TransportKind>.Wrong("auto or sockets"),
    });

    /// <summary>One of <paramref name="choices"/>, case ignored.</summary>
    public static ValueSyntax<T> Choice<T>(string valueName, params (string Name, T Value)[] choices) => new(valueName, text =>
    {
        foreach ((string name, T value) in choices)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return Reading<T>.Of(value);
            }
        }

        return Reading<T>.Wrong("one of " + string.Join(", ", choices.Select(static choice => choice.Name)));
    });

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static ValueSyntax<int> Integer(int least, int most) => new("NUMBER", text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? Reading<int>.Of(value)
            : Reading<int>.Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}")));

    /// <summary>True or false in Go's spellings; null for anything else.</summary>
    public static bool? ReadBoolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "T" => true,
        "FALSE" or "0" or "F" => false,
        _ => null,
    };

    private static string? ProblemOf(Docker.DockerOptions options) => options.Validate() is [var wrong, ..] ? wrong.Reason : null;

    /// <summary>Host bits are cleared, as Go does: <c>10.0.0.1/8</c> is <c>10.0.0.0/8</c>.</summary>
    private static Reading<IPNetwork> ReadNetwork(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? text : text[..slash];
        // The runtime also takes "10" and "010.1" for addresses; nobody who writes a list of trusted peers means those.
        bool plain = host.Contains(':') || (host.Split('.') is { Length: 4 } parts && parts.All(static part => part.Length is > 0 and <= 3 && (part.Length == 1 || part[0] != '0')));
        if (plain && IPAddress.TryParse(host, out IPAddress? address))
        {
            int bits = address.GetAddressBytes().Length * 8;
            int length = bits;
            if (slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bits))
            {
                return Reading<IPNetwork>.Of(new IPNetwork(Masked(address, length), length));
            }
        }

        return Reading<IPNetwork>.Wrong("a network such as 10.0.0.0/8 or 2001:db8::/32, or an address");
    }

    private static IPAddress Masked(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
