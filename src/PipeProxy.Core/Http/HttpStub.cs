using System.Buffers;
using System.Text;

namespace PipeProxy.Core.Http;

internal enum KnownField : byte { Unknown = 0, Host, Cookie, SetCookie }

internal sealed record HttpLimits;

internal enum HeadResult : byte { NeedMore, Done, Rejected }

internal abstract class MessageHead
{
    private readonly List<(byte[] Name, byte[] Value)> _lines = [];

    public int LineCount => _lines.Count;

    public ReadOnlySpan<byte> NameOf(int i) => _lines[i].Name;

    public ReadOnlySpan<byte> ValueOf(int i) => _lines[i].Value;

    public bool Has(KnownField f) => Find(f) >= 0;

    public int Find(KnownField f, int from = 0) => Find(NameOfKnown(f), from);

    public int Find(ReadOnlySpan<byte> name, int from = 0)
    {
        for (var i = from; i < _lines.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(_lines[i].Name, name))
            {
                return i;
            }
        }

        return -1;
    }

    public void Add(KnownField f, ReadOnlySpan<byte> value) => Add(NameOfKnown(f), value);

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => _lines.Add((name.ToArray(), value.ToArray()));

    private static ReadOnlySpan<byte> NameOfKnown(KnownField f) => f switch
    {
        KnownField.Cookie => "Cookie"u8,
        KnownField.SetCookie => "Set-Cookie"u8,
        KnownField.Host => "Host"u8,
        _ => default,
    };
}

internal sealed class RequestHead : MessageHead
{
    internal byte[] MethodText = [], PathText = [], QueryText = [], HostText = [];

    public ReadOnlySpan<byte> MethodBytes => MethodText;

    public ReadOnlySpan<byte> Path => PathText;

    public ReadOnlySpan<byte> Query => QueryText;

    public ReadOnlySpan<byte> HostName => HostText;
}

internal sealed class ResponseHead : MessageHead;

internal sealed class RequestHeadParser(HttpLimits limits)
{
    public HttpLimits Limits { get; } = limits;

    public HeadResult Parse(in ReadOnlySequence<byte> buffer, RequestHead head, out SequencePosition consumed, out SequencePosition examined)
    {
        _ = Limits;
        consumed = examined = buffer.End;
        var lines = Encoding.Latin1.GetString(buffer.ToArray()).Split("\r\n");
        var first = lines[0].Split(' ');
        head.MethodText = Encoding.Latin1.GetBytes(first[0]);
        var target = first[1].Split('?', 2);
        head.PathText = Encoding.Latin1.GetBytes(target[0]);
        head.QueryText = Encoding.Latin1.GetBytes(target.Length > 1 ? target[1] : "");
        foreach (var line in lines.Skip(1).TakeWhile(l => l.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..].Trim();
            head.Add(Encoding.Latin1.GetBytes(line[..colon]), Encoding.Latin1.GetBytes(value));
            if (line[..colon].Equals("host", StringComparison.OrdinalIgnoreCase))
            {
                var end = value.LastIndexOf(':');
                head.HostText = Encoding.Latin1.GetBytes(end > value.LastIndexOf(']') ? value[..end] : value);
            }
        }

        return HeadResult.Done;
    }
}
