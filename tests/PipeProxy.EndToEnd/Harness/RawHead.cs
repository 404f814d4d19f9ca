namespace PipeProxy.EndToEnd.Harness;

/// <summary>The head of an answer, read strictly by RFC 9112.</summary>
internal sealed record RawHead(int Minor, int Status, string Reason, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>Interim answers (1xx) that came before this head.</summary>
    public IReadOnlyList<RawHead> Interim { get; init; } = [];

    /// <summary>The container that answered, by the stand-in's own field; empty when somebody else did.</summary>
    public string Container => this["X-Container"] ?? "";

    /// <summary>The one value of a field; null when it is absent.</summary>
    /// <exception cref="WireException">The field is there more than once.</exception>
    public string? this[string name]
    {
        get
        {
            string[] values = [.. All(name)];
            return values.Length switch
            {
                0 => null,
                1 => values[0],
                _ => throw new WireException(WireFailure.Malformed, $"{values.Length} fields {name}"),
            };
        }
    }

    /// <summary>All values of a field, in order.</summary>
    public IEnumerable<string> All(string name) =>
        Fields.Where(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    /// <summary>The value that the answer sets for a cookie; null when it sets none of that name.</summary>
    public string? CookieSet(string name) =>
        All("Set-Cookie").Where(value => value.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(value => value[(name.Length + 1)..].Split(';')[0]).FirstOrDefault();

    /// <summary>Whether a comma-separated field has this element.</summary>
    public bool HasToken(string name, string token) => All(name).SelectMany(value => value.Split(','))
        .Any(element => element.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a head without its empty line; lines are separated by CR LF.</summary>
    /// <exception cref="WireException">It is no valid head.</exception>
    public static RawHead Parse(string text)
    {
        string[] lines = text.Split("\r\n");
        if (text.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw Bad("a bare CR, LF or NUL in the head", text);
        }

        string start = lines[0];
        if (start.Length < 13 || !start.StartsWith("HTTP/1.", StringComparison.Ordinal) || start[7] is not ('0' or '1')
            || start[8] != ' ' || !start[9..12].All(char.IsAsciiDigit) || start[12] != ' ')
        {
            throw Bad("a bad status line", start);
        }

        var fields = new List<KeyValuePair<string, string>>();
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[..colon].Any(c => !IsToken(c)))
            {
                throw Bad("a bad field line", line);
            }

            fields.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return new RawHead(start[7] - '0', int.Parse(start.AsSpan(9, 3)), start[13..], fields);
    }

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static WireException Bad(string what, string text) =>
        new(WireFailure.Malformed, $"{what}: {text[..Math.Min(text.Length, 200)]}");
}

/// <summary>A whole answer.</summary>
internal sealed record RawAnswer(RawHead Head, byte[] Body)
{
    /// <summary>Its status.</summary>
    public int Status => Head.Status;

    /// <summary>Its body as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}
