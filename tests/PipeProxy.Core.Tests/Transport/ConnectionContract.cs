using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>Every promise of <see cref="Connection"/>, for every implementation.</summary>
public abstract class ConnectionContract : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>False where a FIN is seen only after the bytes before it were examined.</summary>
    private protected virtual bool SeesEndBehindUnreadBytes => true;

    /// <summary>False where bytes that a reset follows may be lost, as TCP allows.</summary>
    private protected virtual bool DeliversBeforeReset => false;

    /// <summary>What a lot of bytes is, for tests that have to outgrow buffers.</summary>
    private protected virtual int Large => 128 * 1024;

    private protected Connection Subject { get; private set; } = null!;

    private protected ScriptedPeer Peer { get; private set; } = null!;

    public virtual async Task InitializeAsync() => (Subject, Peer) = await OpenAsync();

    public virtual Task DisposeAsync()
    {
        Subject.Dispose();
        Peer.Dispose();
        return Task.CompletedTask;
    }

    private protected abstract Task<(Connection Subject, ScriptedPeer Peer)> OpenAsync();

    [Fact]
    public async Task Input_PeerSends_DeliversTheBytesInOrder()
    {
        byte[] sent = Bytes(Large * 3 / 2);
        Task sending = Peer.SendAsync(sent);
        Assert.Equal(sent, await ReadAsync(sent.Length));
        await sending;
    }

    [Fact]
    public async Task Input_ExaminedButNotConsumed_HoldsAReplayBuffer()
    {
        byte[] sent = Bytes(Large);
        Task sending = Peer.SendAsync(sent);
        while (true)
        {
            ReadResult result = await Within(Subject.Input.ReadAsync());
            if (result.Buffer.Length == sent.Length)
            {
                Assert.Equal(sent, result.Buffer.ToArray());
                Subject.Input.AdvanceTo(result.Buffer.Start);
                break;
            }

            Subject.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        Assert.Equal(sent, await ReadAsync(sent.Length));
        await sending;
    }

    [Fact]
    public async Task Input_PartlyConsumed_KeepsTheRest()
    {
        await Peer.SendAsync("abcdef");
        Assert.Equal("ab", Text(await ReadAsync(2)));
        Assert.Equal("cd", Text(await ReadAsync(2)));
        Assert.Equal("ef", Text(await ReadAsync(2)));
    }

    [Fact]
    public async Task CancelPendingRead_ReadWaits_ReturnsCanceledAndLosesNothing()
    {
        ValueTask<ReadResult> read = Subject.Input.ReadAsync();
        Subject.Input.CancelPendingRead();
        ReadResult result = await Within(read);
        Assert.True(result.IsCanceled && !result.IsCompleted);
        Subject.Input.AdvanceTo(result.Buffer.Start);
        await Peer.SendAsync("abc");
        Assert.Equal("abc", Text(await ReadAsync(3)));
    }

    [Fact]
    public async Task Output_BufferedAndWritten_ArriveInOrder()
    {
        Subject.Output.Write("one "u8);
        await Within(Subject.Output.FlushAsync());
        Subject.Output.Write("two "u8);
        await Within(Subject.Output.WriteAsync("three "u8.ToArray()));
        Subject.Output.GetSpan(100)[0] = (byte)'4';
        Subject.Output.Advance(1);
        Assert.False((await Within(Subject.Output.FlushAsync())).IsCompleted);
        await Peer.ExpectAsync("one two three 4");
    }

    [Fact]
    public async Task Output_PeerDoesNotRead_FlushWaitsUntilItDoes()
    {
        (Task<FlushResult> flush, int sent) = await FillAsync();
        byte[] received = await Peer.ReceiveBytesAsync(sent);
        byte[] block = Bytes(64 * 1024);
        for (int i = 0; i < sent; i += block.Length)
        {
            Assert.True(received.AsSpan(i, block.Length).SequenceEqual(block));
        }

        Assert.False((await flush.WaitAsync(s_patience)).IsCompleted);
    }

    [Fact]
    public async Task ShutdownSend_AfterAFlush_SendsEverythingThenFinAndStillReads()
    {
        byte[] sent = Bytes(Large / 4);
        await Within(Subject.Output.WriteAsync(sent));
        Subject.ShutdownSend();
        Subject.ShutdownSend();
        Assert.Equal(sent, await Peer.ReceiveBytesAsync(sent.Length));
        await Peer.ExpectFinAsync();
        await Peer.SendAsync("late answer");
        Peer.ShutdownSend();
        Assert.Equal("late answer", Text(await ReadToEndAsync()));
        Assert.False(Subject.IsAborted);
    }

    [Fact]
    public async Task ShutdownSend_FlushUnderWay_SendsEverythingThenFin()
    {
        (Task<FlushResult> flush, int sent) = await FillAsync();
        Subject.ShutdownSend();
        byte[] received = await Peer.ReceiveBytesAsync(sent);
        Assert.Equal(sent, received.Length);
        await Peer.ExpectFinAsync();
        await flush.WaitAsync(s_patience);
    }

    [Fact]
    public async Task Input_PeerEnds_DeliversEverythingThenCompletes()
    {
        await Peer.SendAsync("last words");
        Peer.ShutdownSend();
        Assert.Equal("last words", Text(await ReadToEndAsync()));
        Assert.True(Subject.IsPeerClosed);
        Assert.False(Subject.IsAborted);
        Subject.Output.Write("answer"u8);
        Assert.False((await Within(Subject.Output.FlushAsync())).IsCompleted);
        await Peer.ExpectAsync("answer");
    }

    [Fact]
    public async Task PeerClosed_NoReadOutstanding_TellsTheListenerOnce()
    {
        var watch = new PeerWatch();
        Subject.SetPeerClosedListener(watch);
        Assert.False(Subject.IsPeerClosed);
        Peer.ShutdownSend();
        await watch.ToldAsync();
        Assert.True(Subject.IsPeerClosed);
        Assert.Same(Subject, watch.Connection);
        Peer.Dispose();
        await ReadToEndAsync();
        Assert.Equal(1, watch.Count);
    }

    [Fact]
    public async Task PeerClosed_AfterAnExchange_TellsTheListener()
    {
        var watch = new PeerWatch();
        await Peer.SendAsync("request");
        await ReadAsync(7);
        await Within(Subject.Output.WriteAsync("response"u8.ToArray()));
        await Peer.ExpectAsync("response");
        Subject.SetPeerClosedListener(watch);
        Peer.Dispose();
        await watch.ToldAsync();
        Assert.True(Subject.IsPeerClosed);
    }

    [Fact]
    public async Task SetPeerClosedListener_AlreadyClosed_CallsAtOnce()
    {
        var first = new PeerWatch();
        Subject.SetPeerClosedListener(first);
        Peer.ShutdownSend();
        await first.ToldAsync();
        var second = new PeerWatch();
        Subject.SetPeerClosedListener(second);
        Assert.Equal(1, second.Count);
        Assert.Equal(1, first.Count);
    }

    [Fact]
    public async Task SetPeerClosedListener_Null_TakesItAway()
    {
        var gone = new PeerWatch();
        Subject.SetPeerClosedListener(gone);
        Subject.SetPeerClosedListener(null);
        var watch = new PeerWatch();
        Subject.SetPeerClosedListener(watch);
        Peer.ShutdownSend();
        await watch.ToldAsync();
        Assert.Equal(0, gone.Count);
    }

    [Fact]
    public async Task SetPeerClosedListener_RacingWithTheClose_NeverMissesIt()
    {
        for (int i = 0; i < 100; i++)
        {
            var (subject, peer) = await OpenAsync();
            var kept = new PeerWatch();
            var dropped = new PeerWatch();
            var closing = Task.Run(peer.ShutdownSend);
            subject.SetPeerClosedListener(dropped);
            subject.SetPeerClosedListener(null);
            bool closed = subject.IsPeerClosed;
            Assert.True(closed || dropped.Count == 0, "told and not closed");
            subject.SetPeerClosedListener(kept);
            await kept.ToldAsync();
            await closing;
            Assert.Equal(1, kept.Count);
            Assert.True(closed || dropped.Count == 0, "told after it was taken away");
            subject.Dispose();
            peer.Dispose();
        }
    }

    [Fact]
    public async Task PeerClosed_BehindUnreadBytes_IsSeenAndTheBytesStay()
    {
        var watch = new PeerWatch();
        Subject.SetPeerClosedListener(watch);
        await Peer.SendAsync("unread");
        Peer.ShutdownSend();
        if (SeesEndBehindUnreadBytes)
        {
            await watch.ToldAsync();
            Assert.True(Subject.IsPeerClosed);
        }

        Assert.Equal("unread", Text(await ReadToEndAsync()));
        await watch.ToldAsync();
    }

    [Fact]
    public async Task PeerReset_ReadWaits_IsACutAndToldAsClosed()
    {
        var watch = new PeerWatch();
        Subject.SetPeerClosedListener(watch);
        ValueTask<ReadResult> read = Subject.Input.ReadAsync();
        Peer.Abort();
        Assert.True(await IsCutAsync(read));
        await watch.ToldAsync();
        Assert.True(Subject.IsPeerClosed);
        Assert.Equal(1, watch.Count);
    }

    [Fact]
    public async Task PeerReset_FlushWaits_EndsIt()
    {
        (Task<FlushResult> flush, _) = await FillAsync();
        Peer.Abort();
        await EndsAsync(flush);
        Assert.True(await SaysCompletedAsync());
    }

    [Fact]
    public async Task PeerReset_AfterBytes_DeliversThemFirst()
    {
        if (!DeliversBeforeReset)
        {
            return;
        }

        await Peer.SendAsync("an early answer");
        Assert.Equal("an ", Text(await ReadAsync(3)));
        Peer.Abort();
        Assert.Equal("early answer", Text(await ReadAsync(12)));
        Assert.True(await IsCutAsync(null));
    }

    [Fact]
    public async Task Abort_ReadWaits_EndsItAndThePeerSeesAReset()
    {
        var watch = new PeerWatch();
        Subject.SetPeerClosedListener(watch);
        ValueTask<ReadResult> read = Subject.Input.ReadAsync();
        await Task.Run(Subject.Abort);
        Assert.True(await IsCutAsync(read));
        Assert.True(Subject.IsAborted);
        await Peer.ExpectResetAsync();
        Assert.Equal(0, watch.Count);
        Assert.False(Subject.IsPeerClosed);
    }

    [Fact]
    public async Task Abort_FlushWaits_EndsItAndThePeerSeesAReset()
    {
        (Task<FlushResult> flush, _) = await FillAsync();
        await Task.Run(Subject.Abort);
        await EndsAsync(flush);
        await Peer.ExpectResetAsync();
    }

    [Fact]
    public async Task Abort_AgainAndAfterDispose_DoesNothing()
    {
        Subject.Abort();
        Subject.Abort();
        Subject.Dispose();
        Subject.Abort();
        Subject.EndInput();
        Subject.ShutdownSend();
        Subject.Dispose();
        await Peer.ExpectResetAsync();
    }

    [Fact]
    public async Task Output_AfterAbort_GoesNowhereAndSaysCompleted()
    {
        Subject.Abort();
        Subject.Output.Write("lost"u8);
        Assert.True((await Within(Subject.Output.FlushAsync())).IsCompleted);
        Assert.True((await Within(Subject.Output.WriteAsync("lost"u8.ToArray()))).IsCompleted);
    }

    [Fact]
    public async Task Output_PeerHasGone_SaysCompletedAndNeverThrows()
    {
        Peer.Dispose();
        Assert.True(await SaysCompletedAsync());
        for (int i = 0; i < 100; i++)
        {
            Subject.Output.GetSpan(5000).Fill(1);
            Subject.Output.Advance(5000);
            Assert.True((await Within(Subject.Output.FlushAsync())).IsCompleted);
        }
    }

    [Fact]
    public async Task EndInput_UnreadBytes_AreDeliveredThenItCompletes()
    {
        await Peer.SendAsync("in flight");
        ReadResult seen = await Within(Subject.Input.ReadAsync());
        Subject.Input.AdvanceTo(seen.Buffer.Start, seen.Buffer.End);
        while (seen.Buffer.Length < 9)
        {
            seen = await Within(Subject.Input.ReadAsync());
            Subject.Input.AdvanceTo(seen.Buffer.Start, seen.Buffer.End);
        }

        await Task.Run(Subject.EndInput);
        Assert.Equal("in flight", Text(await ReadToEndAsync()));
        Assert.True(Subject.IsAborted);
        Assert.False(Subject.IsPeerClosed);
        Assert.False((await Within(Subject.Output.WriteAsync("still"u8.ToArray()))).IsCompleted);
        await Peer.ExpectAsync("still");
    }

    [Fact]
    public async Task EndInput_ReadWaits_CompletesIt()
    {
        ValueTask<ReadResult> read = Subject.Input.ReadAsync();
        await Task.Run(Subject.EndInput);
        ReadResult result = await Within(read);
        Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        Assert.True(Subject.IsAborted);
    }

    [Fact]
    public async Task EndInput_AfterThePeersOwnEnd_IsNoCut()
    {
        await Peer.SendAsync("whole");
        Peer.ShutdownSend();
        if (SeesEndBehindUnreadBytes)
        {
            var watch = new PeerWatch();
            Subject.SetPeerClosedListener(watch);
            await watch.ToldAsync();
        }
        else
        {
            // The kernel has the FIN when the peer has the acknowledgement: an answer to the peer comes after that.
            await Within(Subject.Output.WriteAsync("x"u8.ToArray()));
            await Peer.ExpectAsync("x");
        }

        Subject.EndInput();
        Assert.Equal("whole", Text(await ReadToEndAsync()));
        Assert.False(Subject.IsAborted);
    }

    [Fact]
    public async Task Dispose_EverythingSent_EndsWithFin()
    {
        await Peer.SendAsync("request");
        await ReadAsync(7);
        await Within(Subject.Output.WriteAsync("response"u8.ToArray()));
        await Peer.ExpectAsync("response");
        Subject.Dispose();
        Subject.Dispose();
        await Peer.ExpectFinAsync();
    }

    [Fact]
    public async Task Dispose_BytesUnsent_IsNoEndThatLooksWhole()
    {
        (_, int sent) = await FillAsync();
        Subject.Dispose();
        (string text, PeerEnd end) = await Peer.ReceiveToEndAsync();
        Assert.True(end == PeerEnd.Reset || text.Length == sent, $"a FIN after {text.Length} of {sent} bytes");
    }

    [Fact]
    public async Task Dispose_HalfWritten_EndsWithAReset()
    {
        await Peer.SendAsync("request");
        await ReadAsync(7);
        Subject.Output.Write("HTTP/1.1 200 OK\r\n"u8);
        Subject.Dispose();
        await Peer.ExpectResetAsync();
    }

    [Fact]
    public async Task Graceful_ShutdownReadToEndDispose_LosesNothing()
    {
        byte[] sent = Bytes(Large / 3);
        Task<byte[]> receiving = Peer.ReceiveBytesAsync(sent.Length);
        await Within(Subject.Output.WriteAsync(sent));
        Subject.ShutdownSend();
        Assert.Equal(sent, await receiving);
        await Peer.ExpectFinAsync();
        Peer.ShutdownSend();
        Assert.Empty(await ReadToEndAsync());
        Subject.Dispose();
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static async Task<T> Within<T>(ValueTask<T> task) => await task.AsTask().WaitAsync(s_patience);

    /// <summary>True where it completes within as many turns of the thread pool as a live connection may need.</summary>
    private static async Task<bool> CompletesSoonAsync(Task task)
    {
        for (int i = 0; i < 2000 && !task.IsCompleted; i++)
        {
            await Task.Yield();
        }

        return task.IsCompleted;
    }

    private static async Task EndsAsync(Task flush)
    {
        try
        {
            await flush.WaitAsync(s_patience);
        }
        catch (Exception e) when (Connection.IsConnectionFailure(e))
        {
        }
    }

    /// <summary>Writes until a flush waits.</summary>
    private async Task<(Task<FlushResult> Flush, int Sent)> FillAsync()
    {
        byte[] block = Bytes(64 * 1024);
        for (int sent = block.Length; ; sent += block.Length)
        {
            Task<FlushResult> flush = Subject.Output.WriteAsync(block).AsTask();
            if (!flush.IsCompleted && !await CompletesSoonAsync(flush))
            {
                return (flush, sent);
            }

            Assert.True(sent < 128 * 1024 * 1024, "a flush never waits");
        }
    }

    /// <summary>True where a read tells of a cut: it fails, or ends and IsAborted says that this is no end.</summary>
    private async Task<bool> IsCutAsync(ValueTask<ReadResult>? outstanding)
    {
        try
        {
            ReadResult result = await Within(outstanding ?? Subject.Input.ReadAsync());
            Subject.Input.AdvanceTo(result.Buffer.End);
            return result.IsCompleted && Subject.IsAborted;
        }
        catch (Exception e) when (Connection.IsConnectionFailure(e))
        {
            return true;
        }
    }

    /// <summary>Writes until a flush says that nobody takes it any more.</summary>
    private async Task<bool> SaysCompletedAsync()
    {
        for (int i = 0; i < 100_000; i++)
        {
            Subject.Output.GetSpan(16).Clear();
            Subject.Output.Advance(16);
            try
            {
                if ((await Within(Subject.Output.FlushAsync())).IsCompleted)
                {
                    return true;
                }
            }
            catch (Exception e) when (Connection.IsConnectionFailure(e))
            {
            }

            await Task.Yield();
        }

        return false;
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        while (true)
        {
            ReadResult result = await Within(Subject.Input.ReadAsync());
            if (result.Buffer.Length >= count)
            {
                byte[] bytes = result.Buffer.Slice(0, count).ToArray();
                Subject.Input.AdvanceTo(result.Buffer.GetPosition(count));
                return bytes;
            }

            Assert.False(result.IsCompleted, $"ended after {result.Buffer.Length} of {count} bytes");
            Subject.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        var all = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult result = await Within(Subject.Input.ReadAsync());
            foreach (ReadOnlyMemory<byte> memory in result.Buffer)
            {
                all.Write(memory.Span);
            }

            Subject.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return all.WrittenSpan.ToArray();
            }
        }
    }
}
