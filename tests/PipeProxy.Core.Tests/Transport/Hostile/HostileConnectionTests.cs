using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>The hostile transport is hostile, and finds each broken promise out.</summary>
public sealed class HostileConnectionTests
{
    private static readonly IPEndPoint s_nowhere = new(IPAddress.Loopback, 1);
    private readonly HostileFailures _failures = new();

    [Fact]
    public async Task Input_ExplicitPieces_ArriveExactlySo()
    {
        var (connection, peer) = Open(HostilePlan.Pieces(1, 3, 2));
        await peer.SendAsync("abcdefgh");
        var seen = new List<int>();
        long examined = 0;
        while (examined < 8)
        {
            ReadResult read = await connection.Input.ReadAsync();
            seen.Add((int)(read.Buffer.Length - examined));
            examined = read.Buffer.Length;
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        Assert.Equal([1, 3, 2, 2], seen);
        _failures.Verify();
    }

    [Fact]
    public async Task Input_OneByte_GivesASegmentAByte()
    {
        var (connection, peer) = Open(HostilePlan.OneByte());
        await peer.SendAsync("abc");
        ReadResult read;
        while ((read = await connection.Input.ReadAsync()).Buffer.Length < 3)
        {
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        Assert.Equal(3, Enumerate(read.Buffer).Count(s => s.Length == 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    public async Task Input_SameSeed_SplitsTheSame(int seed)
    {
        Assert.Equal(await SplitsAsync(seed), await SplitsAsync(seed));
        Assert.NotEqual(await SplitsAsync(seed), await SplitsAsync(seed + 1));
    }

    [Fact]
    public async Task Input_AfterAdvance_IsOverwrittenAndTheRestMoves()
    {
        var (connection, peer) = Open(HostilePlan.Pieces(6));
        await peer.SendAsync("abcdef");
        ReadResult read = await connection.Input.ReadAsync();
        ReadOnlyMemory<byte>[] old = [.. Enumerate(read.Buffer)];
        connection.Input.AdvanceTo(read.Buffer.GetPosition(2));
        Assert.All(old, m => Assert.True(m.Span.IndexOfAnyExcept((byte)0xDD) < 0));
        read = await connection.Input.ReadAsync();
        Assert.Equal("cdef", Encoding.Latin1.GetString(read.Buffer.ToArray()));
    }

    [Fact]
    public async Task Input_TwoReads_Fails()
    {
        var (connection, _) = Open(HostilePlan.OneByte());
        ValueTask<ReadResult> first = connection.Input.ReadAsync();
        await BreaksAsync(async () => await connection.Input.ReadAsync(), "two reads");
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task Input_ReadBeforeAdvance_Fails()
    {
        var (connection, peer) = Open(HostilePlan.OneByte());
        await peer.SendAsync("abc");
        await connection.Input.ReadAsync();
        await BreaksAsync(async () => await connection.Input.ReadAsync(), "before AdvanceTo");
    }

    [Fact]
    public async Task Input_AdvanceTwice_Fails()
    {
        var (connection, peer) = Open(HostilePlan.OneByte());
        await peer.SendAsync("abc");
        ReadResult read = await connection.Input.ReadAsync();
        connection.Input.AdvanceTo(read.Buffer.End);
        await BreaksAsync(() => connection.Input.AdvanceTo(read.Buffer.End), "without a read");
    }

    [Fact]
    public async Task Input_PositionOfAnEarlierRead_Fails()
    {
        var (connection, peer) = Open(HostilePlan.OneByte());
        await peer.SendAsync("abc");
        ReadResult old = await connection.Input.ReadAsync();
        connection.Input.AdvanceTo(old.Buffer.Start, old.Buffer.End);
        await connection.Input.ReadAsync();
        await BreaksAsync(() => connection.Input.AdvanceTo(old.Buffer.Start), "no position");
    }

    [Fact]
    public async Task Input_ExaminedBeforeConsumed_Fails()
    {
        var (connection, peer) = Open(HostilePlan.Pieces(3));
        await peer.SendAsync("abc");
        ReadResult read = await connection.Input.ReadAsync();
        await BreaksAsync(() => connection.Input.AdvanceTo(read.Buffer.End, read.Buffer.Start), "before consumed");
    }

    [Fact]
    public async Task InputComplete_Upstream_Fails()
    {
        var (connection, _) = Open(HostilePlan.OneByte(), mayCompleteInput: false);
        await BreaksAsync(() => connection.Input.Complete(), "pool");
    }

    [Fact]
    public async Task Dispose_BytesLentOut_Fails()
    {
        var (connection, peer) = Open(HostilePlan.OneByte());
        await peer.SendAsync("abc");
        await connection.Input.ReadAsync();
        connection.Dispose();
        Assert.Contains(_failures.All, f => f.Contains("lent out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_WriteWhileFlushIsUnderWay_Fails()
    {
        var turns = new HostileTurns(manual: true);
        var (connection, _) = Open(new HostilePlan(1) { LatePercent = 100, EarlyPercent = 0, Turns = turns });
        connection.Output.Write("abc"u8);
        ValueTask<FlushResult> flush = connection.Output.FlushAsync();
        Assert.False(flush.IsCompleted);
        await BreaksAsync(() => connection.Output.GetSpan(1), "GetMemory while");
        await BreaksAsync(async () => await connection.Output.FlushAsync(), "FlushAsync while");
    }

    [Fact]
    public async Task Output_MemoryChangedBeforeTheWriteCompletes_Fails()
    {
        var turns = new HostileTurns(manual: true);
        var (connection, _) = Open(new HostilePlan(1) { LatePercent = 100, EarlyPercent = 0, Turns = turns });
        byte[] bytes = "abc"u8.ToArray();
        ValueTask<FlushResult> write = connection.Output.WriteAsync(bytes);
        bytes[0] = (byte)'x';
        await PumpAsync(turns, write.AsTask(), "changed before it completed");
    }

    [Fact]
    public async Task Output_SpanUsedAfterAdvance_IsLost()
    {
        var (connection, peer) = Open(HostilePlan.Pieces(100));
        Memory<byte> memory = connection.Output.GetMemory(3);
        "abc"u8.CopyTo(memory.Span);
        connection.Output.Advance(3);
        "xyz"u8.CopyTo(memory.Span);
        await connection.Output.FlushAsync();
        await peer.ExpectAsync("abc");
    }

    [Fact]
    public async Task Output_AdvanceTooFar_Fails()
    {
        var (connection, _) = Open(HostilePlan.OneByte());
        int length = connection.Output.GetMemory(3).Length;
        await BreaksAsync(() => connection.Output.Advance(length + 1), "beyond");
    }

    [Fact]
    public async Task Output_WriteAfterShutdown_Fails()
    {
        var (connection, _) = Open(HostilePlan.OneByte());
        connection.ShutdownSend();
        await BreaksAsync(() => connection.Output.GetSpan(1), "after the output was ended");
    }

    [Fact]
    public async Task ShutdownSend_UnflushedBytes_Fails()
    {
        var (connection, _) = Open(HostilePlan.OneByte());
        connection.Output.Write("abc"u8);
        await BreaksAsync(connection.ShutdownSend, "unflushed");
    }

    [Fact]
    public async Task Flush_ManualTurns_CompletesWithTheLastTurn()
    {
        var turns = new HostileTurns(manual: true);
        var (connection, peer) = Open(new HostilePlan(1, [1]) { LatePercent = 100, EarlyPercent = 0, Turns = turns });
        connection.Output.Write("abc"u8);
        ValueTask<FlushResult> flush = connection.Output.FlushAsync();
        Assert.True(turns.Pump());
        Assert.False(flush.IsCompleted);
        while (!flush.IsCompleted)
        {
            turns.Pump();
            await Task.Yield();
        }

        await peer.ExpectAsync("abc");
        Assert.False(turns.Pump());
    }

    [Fact]
    public async Task Flush_Early_CompletesBeforeItsBytesAreOutAndDisposeLosesThem()
    {
        var turns = new HostileTurns(manual: true);
        var (connection, peer) = Open(new HostilePlan(1, [1]) { LatePercent = 100, EarlyPercent = 100, Turns = turns });
        connection.Output.Write("abc"u8);
        ValueTask<FlushResult> flush = connection.Output.FlushAsync();
        while (!flush.IsCompleted)
        {
            Assert.True(turns.Pump());
        }

        Assert.False((await flush).IsCompleted);
        Assert.True(connection.UnsentBytes > 0);
        connection.Dispose();
        await peer.ExpectResetAsync();
    }

    [Fact]
    public async Task ShutdownSend_AfterAnEarlyFlush_WaitsForItsBytes()
    {
        var turns = new HostileTurns(manual: true);
        var (connection, peer) = Open(new HostilePlan(1, [1]) { LatePercent = 100, EarlyPercent = 100, Turns = turns });
        connection.Output.Write("abc"u8);
        Task<FlushResult> flush = connection.Output.FlushAsync().AsTask();
        Task receiving = peer.ExpectAsync("abc");
        while (!flush.IsCompleted)
        {
            turns.Pump();
            await Task.Yield();
        }

        connection.ShutdownSend();
        while (!receiving.IsCompleted)
        {
            turns.Pump();
            await Task.Yield();
        }

        await receiving;
        await peer.ExpectFinAsync();
        Assert.Equal(0, connection.UnsentBytes);
    }

    [Fact]
    public async Task WireDispose_AfterABrokenPromise_FailsTheTest()
    {
        var wire = new HostileWire(HostilePlan.OneByte());
        var done = new TaskCompletionSource();
        await wire.ConnectAsync(connection =>
        {
            Assert.Throws<InvalidOperationException>(() => connection.Output.Advance(1000));
            done.SetResult();
        });
        await done.Task;
        Assert.Equal(1, wire.OpenConnections);
        await Assert.ThrowsAnyAsync<Exception>(async () => await wire.DisposeAsync());
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Enumerate(ReadOnlySequence<byte> sequence)
    {
        SequencePosition position = sequence.Start;
        while (sequence.TryGet(ref position, out ReadOnlyMemory<byte> memory))
        {
            yield return memory;
        }
    }

    private static async Task PumpAsync(HostileTurns turns, Task task, string failure)
    {
        while (!task.IsCompleted)
        {
            turns.Pump();
            await Task.Yield();
        }

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => task);
        Assert.Contains(failure, e.Message, StringComparison.Ordinal);
    }

    private async Task<List<long>> SplitsAsync(int seed)
    {
        var (connection, peer) = Open(new HostilePlan(seed) { LatePercent = 0 });
        await peer.SendAsync(new string('x', 2000));
        var splits = new List<long>();
        for (long total = 0; total < 2000;)
        {
            ReadResult read = await connection.Input.ReadAsync();
            splits.Add(read.Buffer.Length);
            splits.AddRange(Enumerate(read.Buffer).Select(s => (long)s.Length));
            total += read.Buffer.Length;
            connection.Input.AdvanceTo(read.Buffer.End);
        }

        return splits;
    }

    private async Task BreaksAsync(Func<Task> action, string failure)
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(action);
        Assert.Contains(failure, e.Message, StringComparison.Ordinal);
        Assert.Contains(_failures.All, f => f.Contains(failure, StringComparison.Ordinal));
    }

    private Task BreaksAsync(Action action, string failure) => BreaksAsync(
        () =>
        {
            action();
            return Task.CompletedTask;
        },
        failure);

    private (HostileConnection Connection, ScriptedPeer Peer) Open(HostilePlan plan, bool mayCompleteInput = true) =>
        new HostileWorker(new ManualClock(), plan, _failures).CreatePair(s_nowhere, s_nowhere, mayCompleteInput);
}
