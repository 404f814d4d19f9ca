using System.Net.Sockets;
using System.Text;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>The bytes that come from a peer, by line, by block or by number, each wait bounded.</summary>
internal sealed class WireReader(Socket socket, TimeSpan patience)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Whether bytes are there that were not asked for yet.</summary>
    public bool HasBytes => _start != _end;

    /// <summary>Whether the connection ended by a reset.</summary>
    public bool WasReset { get; private set; }

    /// <summary>The next bytes, at least one and at most <paramref name="most"/>, valid until the next call; none at the end.</summary>
    public async Task<ReadOnlyMemory<byte>> TakeAsync(long most)
    {
        if (_start == _end && !await FillAsync())
        {
            return default;
        }

        int take = (int)Math.Min(_end - _start, most);
        ReadOnlyMemory<byte> piece = _buffer.AsMemory(_start, take);
        _start += take;
        return piece;
    }

    /// <summary>A line without its CR LF.</summary>
    /// <exception cref="WireException">The connection ends in it, or it has a bare CR or LF.</exception>
    public async Task<string> ReadLineAsync()
    {
        string line = await ReadUntilAsync("\r\n"u8.ToArray(), WireFailure.CutInBody);
        return line.AsSpan().IndexOfAny('\r', '\n') < 0
            ? line
            : throw new WireException(WireFailure.Malformed, "a bare CR or LF in a line");
    }

    /// <summary>A head without its last line's end and its empty line.</summary>
    /// <exception cref="WireException">The connection ends before it or in it.</exception>
    public Task<string> ReadHeadAsync() => ReadUntilAsync("\r\n\r\n"u8.ToArray(), WireFailure.CutInHead);

    private async Task<string> ReadUntilAsync(byte[] end, WireFailure cut)
    {
        while (true)
        {
            int at = _buffer.AsSpan(_start, _end - _start).IndexOf(end);
            if (at >= 0)
            {
                string text = Encoding.Latin1.GetString(_buffer, _start, at);
                _start += at + end.Length;
                return text;
            }

            if (!await FillAsync())
            {
                bool nothing = cut == WireFailure.CutInHead && _start == _end;
                throw new WireException(
                    nothing ? WireFailure.ClosedBeforeAnswer : cut, WasReset ? "the peer reset" : "the peer closed");
            }
        }
    }

    /// <summary>Reads more bytes behind those that are there; false at the end of the connection.</summary>
    private async Task<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                throw new WireException(WireFailure.Malformed, "a head or line over 64 KiB");
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        using var deadline = new CancellationTokenSource(patience);
        try
        {
            int read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, deadline.Token);
            _end += read;
            return read > 0;
        }
        catch (SocketException)
        {
            WasReset = true;
            return false;
        }
        catch (OperationCanceledException error)
        {
            throw new WireException(WireFailure.TimedOut, $"nothing for {patience.TotalSeconds:0.#} s", error);
        }
    }
}
