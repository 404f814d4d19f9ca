using System.Text;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>How the other side ended its direction.</summary>
internal enum PeerEnd
{
    Fin,
    Reset,
}

/// <summary>
/// The other side of a connection under test, client or backend, played line by line. It reads only while something
/// is being received, so a peer that is not asked does not read. Text is Latin-1: one char, one byte.
/// </summary>
internal abstract class ScriptedPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _received = new();
    private PeerEnd? _end;

    /// <summary>Sends text as it stands. Completes when the transport has taken it.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends bytes. Completes when the transport has taken them: a peer that does not read holds it up.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await WriteAsync(bytes).AsTask().WaitAsync(s_patience);

    /// <summary>Sends FIN.</summary>
    public abstract void ShutdownSend();

    /// <summary>Cuts the connection: the other side sees a reset.</summary>
    public abstract void Abort();

    /// <summary>Closes the connection in the ordinary way.</summary>
    public abstract void Dispose();

    /// <summary>
    /// Receives until <paramref name="until"/> is true of what has come since the last call; returns that and forgets
    /// it. Fails where the end comes first.
    /// </summary>
    public async Task<string> ReceiveAsync(Func<string, bool> until)
    {
        string text = Text();
        while (!until(text))
        {
            if (!await ReadOnceAsync())
            {
                throw new InvalidOperationException($"{_end} after: {Show(text)}");
            }

            text = Text();
        }

        _received.SetLength(0);
        return text;
    }

    /// <summary>Receives exactly <paramref name="count"/> bytes; more that came stay for the next call.</summary>
    public async Task<byte[]> ReceiveBytesAsync(int count)
    {
        while (_received.Length < count)
        {
            if (!await ReadOnceAsync())
            {
                throw new InvalidOperationException($"{_end} after {_received.Length} of {count} bytes");
            }
        }

        byte[] all = _received.ToArray();
        _received.SetLength(0);
        _received.Write(all, count, all.Length - count);
        return all[..count];
    }

    /// <summary>Receives exactly this text, byte for byte, and leaves what follows it.</summary>
    public async Task ExpectAsync(string text) =>
        Assert.Equal(text, Encoding.Latin1.GetString(await ReceiveBytesAsync(text.Length)));

    /// <summary>Receives up to the end and says which: what came before it is in <paramref name="text"/>.</summary>
    public async Task<(string Text, PeerEnd End)> ReceiveToEndAsync()
    {
        while (await ReadOnceAsync())
        {
        }

        string text = Text();
        _received.SetLength(0);
        return (text, _end!.Value);
    }

    /// <summary>Fails unless the next thing is the other side's FIN.</summary>
    public async Task ExpectFinAsync() => Assert.Equal(("", PeerEnd.Fin), await ReceiveToEndAsync());

    /// <summary>Fails unless the other side cuts, whatever comes before.</summary>
    public async Task ExpectResetAsync() => Assert.Equal(PeerEnd.Reset, (await ReceiveToEndAsync()).End);

    /// <summary>Reads some bytes; 0 = FIN; throws on a reset.</summary>
    protected abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    protected abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    private string Text() => Encoding.Latin1.GetString(_received.GetBuffer(), 0, (int)_received.Length);

    private static string Show(string text) => text[^Math.Min(text.Length, 2000)..].Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n\n", StringComparison.Ordinal);

    private async Task<bool> ReadOnceAsync()
    {
        if (_end is not null)
        {
            return false;
        }

        int count;
        try
        {
            count = await ReadAsync(_buffer).AsTask().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Nothing came for {s_patience.TotalSeconds} s, after: {Show(Text())}");
        }
        catch (Exception e) when (Core.Transport.Connection.IsConnectionFailure(e))
        {
            _end = PeerEnd.Reset;
            return false;
        }

        if (count == 0)
        {
            _end = PeerEnd.Fin;
            return false;
        }

        _received.Write(_buffer, 0, count);
        return true;
    }
}
