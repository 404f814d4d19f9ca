using System.Globalization;
using System.Text;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>A request as a backend got it.</summary>
/// <param name="Head">Start line and fields with the blank line, byte for byte.</param>
/// <param name="Body">The body without its framing.</param>
/// <param name="Trailers">Trailer lines of a chunked body, without the blank line.</param>
internal sealed record WireRequest(string Head, string Body, string Trailers)
{
    public string Line => Head[..Head.IndexOf('\r', StringComparison.Ordinal)];

    public string? Field(string name) => WireMessages.Field(Head, name);

    public string[] Fields(string name) => WireMessages.Fields(Head, name);
}

/// <summary>A response as a client got it.</summary>
/// <param name="Head">Start line and fields with the blank line, byte for byte.</param>
/// <param name="Body">The body without its framing.</param>
/// <param name="Trailers">Trailer lines of a chunked body, without the blank line.</param>
internal sealed record WireResponse(string Head, string Body, string Trailers)
{
    public int Status => int.Parse(Head.AsSpan(9, 3), CultureInfo.InvariantCulture);

    public string? Field(string name) => WireMessages.Field(Head, name);

    public string[] Fields(string name) => WireMessages.Fields(Head, name);
}

/// <summary>Reads whole messages off a peer, with nothing of the code under test.</summary>
internal static class WireMessages
{
    private const string Blank = "\r\n\r\n";

    /// <summary>A whole request.</summary>
    public static async Task<WireRequest> ReadRequestAsync(this ScriptedPeer peer)
    {
        string head = await peer.ReadHeadAsync();
        (string body, string trailers) = await peer.ReadFramedAsync(head, untilClose: false);
        return new WireRequest(head, body, trailers);
    }

    /// <summary>A whole response; one without length or chunks is read to the FIN, and a reset fails.</summary>
    public static async Task<WireResponse> ReadResponseAsync(this ScriptedPeer peer, bool toHead = false)
    {
        string head = await peer.ReadHeadAsync();
        int status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        if (toHead || status is < 200 or 204 or 304)
        {
            return new WireResponse(head, "", "");
        }

        (string body, string trailers) = await peer.ReadFramedAsync(head, untilClose: true);
        return new WireResponse(head, body, trailers);
    }

    /// <summary>Start line and fields up to and with the blank line; what follows stays unread.</summary>
    public static async Task<string> ReadHeadAsync(this ScriptedPeer peer)
    {
        StringBuilder head = new();
        do
        {
            // Until the last four bytes are the blank line: as many as could still be missing.
            int missing = 4;
            for (int n = 3; n > 0; n--)
            {
                if (head.Length >= n && head.ToString(head.Length - n, n) == Blank[..n])
                {
                    missing = 4 - n;
                    break;
                }
            }

            try
            {
                head.Append(Encoding.Latin1.GetString(await peer.ReceiveBytesAsync(missing)));
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                throw new InvalidOperationException($"No whole head ({e.Message}), only: {head}", e);
            }
        }
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != Blank);
        return head.ToString();
    }

    public static string? Field(string head, string name) => Fields(head, name) is [var only, ..] ? only : null;

    public static string[] Fields(string head, string name) =>
    [
        .. head.Split("\r\n").Skip(1).Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(l => l[(name.Length + 1)..].Trim()),
    ];

    private static async Task<(string Body, string Trailers)> ReadFramedAsync(this ScriptedPeer peer, string head, bool untilClose)
    {
        if (string.Equals(Field(head, "Transfer-Encoding"), "chunked", StringComparison.OrdinalIgnoreCase))
        {
            return await peer.ReadChunksAsync();
        }

        if (Field(head, "Content-Length") is { } length)
        {
            return (Encoding.Latin1.GetString(await peer.ReceiveBytesAsync(int.Parse(length, CultureInfo.InvariantCulture))), "");
        }

        if (!untilClose)
        {
            return ("", "");
        }

        (string text, PeerEnd end) = await peer.ReceiveToEndAsync();
        Assert.Equal(PeerEnd.Fin, end);
        return (text, "");
    }

    private static async Task<(string Body, string Trailers)> ReadChunksAsync(this ScriptedPeer peer)
    {
        StringBuilder body = new();
        while (true)
        {
            int size = int.Parse(await peer.ReceiveLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                StringBuilder trailers = new();
                while (await peer.ReceiveLineAsync() is { Length: > 0 } line)
                {
                    trailers.Append(line).Append("\r\n");
                }

                return (body.ToString(), trailers.ToString());
            }

            body.Append(Encoding.Latin1.GetString(await peer.ReceiveBytesAsync(size)));
            Assert.Equal("", await peer.ReceiveLineAsync());
        }
    }

    /// <summary>One line without its end.</summary>
    public static async Task<string> ReceiveLineAsync(this ScriptedPeer peer)
    {
        StringBuilder line = new();
        while (line.Length < 2 || line[^1] != '\n')
        {
            line.Append((char)(await peer.ReceiveBytesAsync(1))[0]);
        }

        Assert.Equal('\r', line[^2]);
        return line.ToString(0, line.Length - 2);
    }
}
