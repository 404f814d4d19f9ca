using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>A WebSocket client over a <see cref="RawClient"/>, just enough of RFC 6455 to see what a tunnel does.</summary>
internal sealed class RawWebSocket : IAsyncDisposable
{
    private const byte Text = 0x81;
    private const byte Close = 0x88;
    private readonly RawClient _client;

    private RawWebSocket(RawClient client, RawHead answer) => (_client, Answer) = (client, answer);

    /// <summary>The 101.</summary>
    public RawHead Answer { get; }

    /// <summary>Opens a WebSocket and checks the handshake.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="patience">How long each wait for the peer may take (10 s).</param>
    public static async Task<RawWebSocket> OpenAsync(IPEndPoint target, string path = "/ws", TimeSpan? patience = null)
    {
        RawClient client = await RawClient.ConnectAsync(target, patience);
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        await client.SendAsync(RawClient.Request(
            "GET", path, "localhost", ("Connection", "Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key)));
        RawHead answer = await client.ReadHeadAsync();
        // SHA-1 is what RFC 6455, section 4.2.2, asks for; it protects nothing here.
#pragma warning disable CA5350
        string expected = Convert.ToBase64String(
            SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return answer.Status == 101 && answer["Sec-WebSocket-Accept"] == expected
            && answer.HasToken("Upgrade", "websocket") && answer.HasToken("Connection", "upgrade")
            ? new RawWebSocket(client, answer)
            : throw new WireException(WireFailure.Malformed, $"no WebSocket: {answer.Status} {answer.Reason}");
    }

    /// <summary>Sends a text message, masked as a client must.</summary>
    public Task SendAsync(string text) => SendFrameAsync(Text, Encoding.UTF8.GetBytes(text));

    /// <summary>The next text message; null when the peer closes the WebSocket.</summary>
    public async Task<string?> ReceiveAsync()
    {
        byte[] start = await _client.ReadExactlyAsync(2);
        int length = start[1] switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await _client.ReadExactlyAsync(2)),
            127 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(await _client.ReadExactlyAsync(8))),
            < 126 => start[1],
            _ => throw new WireException(WireFailure.Malformed, "a masked frame of a server"),
        };
        byte[] payload = await _client.ReadExactlyAsync(length);
        return start[0] switch
        {
            Text => Encoding.UTF8.GetString(payload),
            Close => null,
            _ => throw new WireException(WireFailure.Malformed, $"frame 0x{start[0]:x2}"),
        };
    }

    /// <summary>Closes as the protocol asks: our close frame, the peer's, the end of the connection.</summary>
    public async Task CloseAsync()
    {
        await SendFrameAsync(Close, [0x03, 0xe8]);
        if (await ReceiveAsync() is { } text)
        {
            throw new WireException(WireFailure.Unasked, $"'{text}' in place of a close frame");
        }

        await _client.ReadEndAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private Task SendFrameAsync(byte first, byte[] payload)
    {
        byte[] mask = RandomNumberGenerator.GetBytes(4);
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(0x80 | payload.Length)],
            <= ushort.MaxValue => [0xfe, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => throw new ArgumentException("a message over 64 KiB", nameof(payload)),
        };
        return _client.SendMoreAsync(
            (byte[])[first, .. length, .. mask, .. payload.Select((value, at) => (byte)(value ^ mask[at & 3]))]);
    }
}
