using System.Text;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Seeded random messages: valid ones in all their variety, and damaged ones.</summary>
internal sealed class HeadGenerator(int seed)
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0189AZaz";
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "m!"];
    private static readonly string[] Hosts = ["a", "a.example:8080", "[::1]:81", "my_app.local", "127.0.0.1"];
    private static readonly string[] Versions = ["1.1", "1.1", "1.1", "1.1", "1.0", "1.4"];
    private static readonly string[] Paths = ["/", "/a/b.c", "/%41%2f", "/a..b/", "/x?y=1&z=/../", "/?", "//", "/{|}"];
    private static readonly string[] Spaces = ["", " ", "  ", "\t", " \t "];
    private static readonly string[] Connections =
        ["close", "keep-alive", "Upgrade", "X-Hop", "x-hop, Keep-Alive", ",,", "te", "Host, Cookie", "UPGRADE, HTTP2-Settings"];
    private static readonly string[] Fields =
    [
        "Upgrade: websocket", "Upgrade: h2c, foo/1", "TE: trailers", "Expect: 100-continue", "Keep-Alive: timeout=5", "X-Hop: 1",
        "Cookie: a=b; c=\"d\"", "X-Forwarded-For: 1.1.1.1", "X_Forwarded_For: 2", "Forwarded: for=x", "Via: 1.1 x", "Set-Cookie: a=b",
        "Date: x", "HTTP2-Settings: AAA", "Trailer: X-Sum", "Proxy-Connection: close",
    ];

    private readonly Random _random = new(seed);

    internal Random Random => _random;

    internal string Request()
    {
        string version = Pick(Versions);
        string method = Pick(Methods);
        StringBuilder text = new();
        text.Append(string.Concat(Enumerable.Repeat("\r\n", _random.Next(8) == 0 ? _random.Next(1, 9) : 0)));
        string target = _random.Next(6) switch
        {
            0 => "http://" + Pick(Hosts) + Pick(["", "/", "?q", "/a?b"]),
            1 when method == "OPTIONS" => "*",
            _ => Pick(Paths),
        };
        text.Append($"{method} {target} HTTP/{version}\r\n");
        List<string> lines = Lines();
        lines.Insert(_random.Next(lines.Count + 1), $"Host:{Pick(Spaces)}{Pick(Hosts)}{Pick(Spaces)}");
        switch (_random.Next(4))
        {
            case 0:
                lines.Insert(_random.Next(lines.Count + 1), $"Content-Length:{Pick(Spaces)}{_random.Next(1000):D3}");
                break;
            case 1 when version != "1.0":
                lines.Insert(_random.Next(lines.Count + 1), $"transfer-ENCODING:{Pick(Spaces)}Chunked");
                break;
        }

        return text.Append(Joined(lines)).ToString();
    }

    internal string Response()
    {
        string version = Pick(Versions);
        List<string> lines = Lines();
        switch (_random.Next(4))
        {
            case 0:
                lines.Insert(_random.Next(lines.Count + 1), $"Content-Length:{Pick(Spaces)}{_random.Next(1000):D3}");
                break;
            case 1 when version != "1.0":
                lines.Insert(_random.Next(lines.Count + 1), "Transfer-Encoding: chunked");
                break;
        }

        int status = Pick([200, 200, 204, 304, 404, 500, 103, 101, 999]);
        return $"HTTP/{version} {status} {Pick(["OK", "", "Not so \u00e9", " \t"])}\r\n{Joined(lines)}";
    }

    internal string ChunkedBody()
    {
        StringBuilder text = new();
        for (int i = _random.Next(4); i > 0; i--)
        {
            int length = _random.Next(1, 40);
            text.Append($"{length.ToString(Pick(["x", "X", "x4"]), null)}{Pick(["", "", ";a", ";a=b", ";a=\"b;\\\"c\""])}\r\n");
            text.Append(string.Concat(Enumerable.Range(0, length).Select(_ => (char)_random.Next(256)))).Append("\r\n");
        }

        return text.Append("0\r\n").Append(Pick(["", "", "X-Sum: 1\r\n", "Content-Length: 3\r\nX-B:2\r\n"])).Append("\r\n").ToString();
    }

    /// <summary>A few bytes changed, inserted, taken out, doubled or moved.</summary>
    internal string Damaged(string text)
    {
        const string Nasty = "\r\n\t \0:;,=/\\#%?*\"\u007f\u0080\u00ff0aZ\v";
        List<char> bytes = [.. text];
        for (int i = _random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            int at = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0:
                    bytes[at] = (char)_random.Next(256);
                    break;
                case 1:
                    bytes.Insert(at, Nasty[_random.Next(Nasty.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(1, 4)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(1, 30))));
                    break;
                default:
                    bytes[at] = Nasty[_random.Next(Nasty.Length)];
                    break;
            }
        }

        return new string([.. bytes]);
    }

    /// <summary>Cut at up to five random places.</summary>
    internal byte[][] Cut(byte[] bytes)
    {
        int[] places = [0, .. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(bytes.Length + 1)).Order(), bytes.Length];
        return [.. places.Zip(places.Skip(1), (from, to) => bytes[from..to])];
    }

    private List<string> Lines()
    {
        List<string> lines = [];
        for (int i = _random.Next(8); i > 0; i--)
        {
            lines.Add(_random.Next(4) switch
            {
                0 => Pick(Fields),
                1 => $"Connection: {Pick(Connections)}",
                _ => $"{Name()}:{Pick(Spaces)}{Value()}{Pick(Spaces)}",
            });
        }

        return lines;
    }

    private string Name() => "x" + string.Concat(Enumerable.Range(0, _random.Next(20)).Select(_ => TokenCharacters[_random.Next(TokenCharacters.Length)]));

    private string Value() =>
        string.Concat(Enumerable.Range(0, _random.Next(60)).Select(_ => (char)Pick([_random.Next(0x20, 0x7F), _random.Next(0x80, 0x100), '\t'])));

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private static string Joined(List<string> lines) => string.Concat(lines.Select(line => line + "\r\n")) + "\r\n";
}
