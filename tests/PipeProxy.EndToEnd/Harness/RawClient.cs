using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>
/// One connection of a client that hides nothing: it never repeats a request, never connects again by itself,
/// and takes an unannounced close, a short body or a byte too many for what it is: a failure.
/// </summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly TimeSpan _patience;
    private readonly WireReader _reader;

    // How the body under way ends, and the bytes that are left of its length or of its current chunk.
    private BodyEnd _body = BodyEnd.None;
    private long _left;

    private RawClient(Socket socket, TimeSpan patience)
    {
        (_socket, _patience) = (socket, patience);
        _reader = new WireReader(socket, patience);
    }

    private enum BodyEnd
    {
        None,
        Length,
        Chunked,
        Close,
    }

    /// <summary>Whether the peer announced that it closes after the answer that was read last.</summary>
    public bool CloseAnnounced { get; private set; }

    /// <summary>This side's address, by which a server's log names the connection.</summary>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    /// <summary>Connects once.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="patience">How long each further step may wait for the peer (10 s).</param>
    /// <exception cref="WireException">Refused, or no answer within <paramref name="patience"/>.</exception>
    public static async Task<RawClient> ConnectAsync(IPEndPoint target, TimeSpan? patience = null)
    {
        TimeSpan limit = patience ?? TimeSpan.FromSeconds(10);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var deadline = new CancellationTokenSource(limit);
            await socket.ConnectAsync(target, deadline.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new WireException(WireFailure.NotConnected, $"{target}: {error.Message}", error);
        }

        return new RawClient(socket, limit);
    }

    /// <summary>Sends a request without a body and reads the whole answer.</summary>
    /// <param name="target">Path and query.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="cookie">The whole value of a Cookie field; null for none.</param>
    public async Task<RawAnswer> GetAsync(string target, string host = "localhost", string? cookie = null)
    {
        await SendAsync(Request("GET", target, host, cookie is null ? [] : [("Cookie", cookie)]));
        return await ReadAnswerAsync();
    }

    /// <summary>Sends a request with a body of known length and reads the whole answer.</summary>
    public async Task<RawAnswer> PostAsync(string target, ReadOnlyMemory<byte> body, string host = "localhost")
    {
        byte[] head = Request(
            "POST", target, host, [("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture))]);
        byte[] all = [.. head, .. body.Span];
        await SendAsync(all);
        return await ReadAnswerAsync();
    }

    /// <summary>The bytes of a request head.</summary>
    public static byte[] Request(string method, string target, string host, params (string Name, string Value)[] fields)
    {
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
        foreach ((string name, string value) in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>Sends bytes as they are. Before the first byte of a request the connection must be open and silent.</summary>
    /// <exception cref="WireException">The peer has closed or said something meanwhile.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_body == BodyEnd.None)
        {
            ExpectSilence();
        }

        await SendMoreAsync(bytes);
    }

    /// <summary>Sends further bytes of a request or a tunnel; the peer may be speaking already.</summary>
    public async Task SendMoreAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(_patience);
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, deadline.Token)..];
            }
        }
        catch (SocketException error)
        {
            // An answer that came before the reset may still be readable; it decides what this was.
            if (_socket.Available == 0)
            {
                throw new WireException(WireFailure.ClosedBeforeAnswer, $"sending: {error.SocketErrorCode}", error);
            }
        }
        catch (OperationCanceledException error)
        {
            throw new WireException(WireFailure.TimedOut, "the peer takes no bytes", error);
        }
    }

    /// <summary>Says that no more bytes will come from here.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads a whole answer.</summary>
    /// <param name="ofHead">It answers a HEAD request: no body whatever its fields say.</param>
    public async Task<RawAnswer> ReadAnswerAsync(bool ofHead = false)
    {
        RawHead head = await ReadHeadAsync(ofHead);
        var body = new MemoryStream();
        ReadOnlyMemory<byte> piece;
        while ((piece = await ReadBodyAsync()).Length > 0)
        {
            body.Write(piece.Span);
        }

        return new RawAnswer(head, body.ToArray());
    }

    /// <summary>Reads the next final head (and 101); interim ones are kept in it.</summary>
    public async Task<RawHead> ReadHeadAsync(bool ofHead = false)
    {
        var interim = new List<RawHead>();
        while (true)
        {
            RawHead head = RawHead.Parse(await _reader.ReadHeadAsync());
            if (head.Status is >= 100 and < 200 and not 101)
            {
                interim.Add(head);
                continue;
            }

            Frame(head, ofHead);
            return head with { Interim = interim };
        }
    }

    /// <summary>The next bytes of the body, valid until the next call; none at its end.</summary>
    /// <exception cref="WireException">The body is cut, late or malformed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        if (_body == BodyEnd.Chunked && _left == 0)
        {
            await ReadChunkSizeAsync();
        }

        if (_body == BodyEnd.None || (_body == BodyEnd.Length && _left == 0))
        {
            _body = BodyEnd.None;
            return default;
        }

        ReadOnlyMemory<byte> piece = await _reader.TakeAsync(_body == BodyEnd.Close ? int.MaxValue : _left);
        if (piece.Length == 0)
        {
            if (_body == BodyEnd.Close && !_reader.WasReset)
            {
                _body = BodyEnd.None;
                return default;
            }

            throw new WireException(WireFailure.CutInBody, $"{_left} bytes of {_body} are missing");
        }

        _left -= piece.Length;
        if (_body == BodyEnd.Chunked && _left == 0)
        {
            // The piece lives in the buffer that reading the line end may move.
            piece = piece.ToArray();
            await ExpectLineEndAsync();
        }

        return piece;
    }

    /// <summary>Reads so many bytes of a tunnel.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            ReadOnlyMemory<byte> piece = await _reader.TakeAsync(count - at);
            if (piece.Length == 0)
            {
                throw new WireException(WireFailure.CutInBody, $"{count - at} bytes are missing");
            }

            piece.Span.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        }

        return bytes;
    }

    /// <summary>Waits until the peer closes, with nothing said before it.</summary>
    /// <exception cref="WireException">It said something, or did not close in time.</exception>
    public async Task ReadEndAsync()
    {
        int unasked = (await _reader.TakeAsync(int.MaxValue)).Length;
        if (unasked > 0)
        {
            throw new WireException(WireFailure.Unasked, $"{unasked} bytes in place of the end");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ExpectSilence()
    {
        if (_reader.HasBytes || _socket.Available > 0)
        {
            throw new WireException(WireFailure.Unasked, "bytes that no request asked for");
        }

        if (CloseAnnounced)
        {
            throw new InvalidOperationException("the peer announced to close: open another connection");
        }

        // Readable without bytes: the end has come.
        if (_socket.Poll(0, SelectMode.SelectRead))
        {
            throw _socket.Available > 0
                ? new WireException(WireFailure.Unasked, "bytes that no request asked for")
                : new WireException(WireFailure.ClosedWhileIdle, "the peer closed without a word");
        }
    }

    private void Frame(RawHead head, bool ofHead)
    {
        CloseAnnounced = head.HasToken("Connection", "close") || head.Minor == 0;
        string? length = head["Content-Length"];
        string? coding = head["Transfer-Encoding"];
        if (length is not null && coding is not null)
        {
            throw new WireException(WireFailure.Malformed, "Content-Length with Transfer-Encoding");
        }

        _left = 0;
        if (ofHead || head.Status is 101 or 204 or 304)
        {
            _body = BodyEnd.None;
        }
        else if (coding is not null)
        {
            _body = coding == "chunked" ? BodyEnd.Chunked : throw new WireException(WireFailure.Malformed, $"coding {coding}");
        }
        else if (length is not null)
        {
            _body = BodyEnd.Length;
            _left = long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                ? value
                : throw new WireException(WireFailure.Malformed, $"Content-Length {length}");
        }
        else
        {
            _body = BodyEnd.Close;
            CloseAnnounced = true;
        }
    }

    private async Task ReadChunkSizeAsync()
    {
        string line = await _reader.ReadLineAsync();
        if (line.Length is 0 or > 15
            || !long.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
        {
            throw new WireException(WireFailure.Malformed, $"chunk size '{line}'");
        }

        if (_left == 0)
        {
            while ((await _reader.ReadLineAsync()).Length > 0)
            {
                // Trailers; nobody here asks for them.
            }

            _body = BodyEnd.None;
        }
    }

    private async Task ExpectLineEndAsync()
    {
        string line = await _reader.ReadLineAsync();
        if (line.Length > 0)
        {
            throw new WireException(WireFailure.Malformed, $"'{line}' after the data of a chunk");
        }
    }
}
