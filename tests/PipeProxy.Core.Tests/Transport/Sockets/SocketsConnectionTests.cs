using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport.Sockets;

/// <summary>What the contract does not say and a socket must do all the same. Alone: it counts the process's things.</summary>
[Collection("alone")]
public sealed class SocketsConnectionTests : IAsyncLifetime
{
    private static readonly byte[] s_block = new byte[64 * 1024];
    private readonly SocketsWire _wire = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _wire.DisposeAsync();

    [Fact]
    public async Task IsAborted_ResetWhoseErrorASendTookAway_IsACut()
    {
        // The send learns of the reset, the read behind it sees a mere end: it must not pass for a FIN.
        int cuts = 0;
        for (int i = 0; i < 50; i++)
        {
            var (subject, peer) = await OpenAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            ReadResult head = await subject.Input.ReadAsync();
            // Bytes wait unexamined: nothing is received while the reset comes in.
            subject.Input.AdvanceTo(head.Buffer.GetPosition(4));
            peer.Abort();
            FlushResult flush;
            do
            {
                flush = await subject.Output.WriteAsync("x"u8.ToArray());
            }
            while (!flush.IsCompleted);

            try
            {
                ReadResult rest;
                do
                {
                    rest = await subject.Input.ReadAsync();
                    subject.Input.AdvanceTo(rest.Buffer.End);
                }
                while (!rest.IsCompleted);

                Assert.True(subject.IsAborted, "a reset was taken for an end");
            }
            catch (Exception e) when (Connection.IsConnectionFailure(e))
            {
            }

            cuts++;
            subject.Dispose();
        }

        Assert.Equal(50, cuts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Output_PipeEndsUnderTheWriter_GivesBackOnlyMemoryThatNobodyHolds(bool held)
    {
        // The package completes the pipe on whatever thread the connection fails; here it is this one, so that what
        // it gives back to the shared pool is what this thread rents next.
        const int Size = 3 * 1024 * 1024;
        var (subject, peer) = await OpenAsync();
        Memory<byte> memory = subject.Output.GetMemory(Size);
        if (!held)
        {
            subject.Output.Advance(0);
            ValueTask<FlushResult> flush = subject.Output.FlushAsync();
            Assert.True(flush.IsCompleted && !(await flush).IsCompleted);
        }

        Assert.True(MemoryMarshal.TryGetArray<byte>(memory, out ArraySegment<byte> array));
        subject.Abort();
        subject.Dispose();
        byte[] rented = ArrayPool<byte>.Shared.Rent(Size);
        Assert.Equal(held, !ReferenceEquals(array.Array, rented));
        ArrayPool<byte>.Shared.Return(rented);
        peer.Dispose();
    }

    [Fact]
    public async Task Output_CutFromAnotherThreadWhileWriting_NeverThrows()
    {
        for (int i = 0; i < 200; i++)
        {
            var (subject, peer) = await OpenAsync();
            using var start = new Barrier(2);
            var cutting = Task.Run(() =>
            {
                start.SignalAndWait();
                peer.Abort();
                subject.Abort();
            });
            start.SignalAndWait();
            for (int k = 0; k < 40; k++)
            {
                subject.Output.GetSpan(4000)[..4000].Fill(1);
                subject.Output.Advance(4000);
                if ((k & 1) == 1)
                {
                    await WaitAsync(subject.Output.FlushAsync());
                }
            }

            await cutting;
            subject.Dispose();
        }
    }

    [Fact]
    public async Task RoundTrips_Warm_AllocateNothing()
    {
        var (subject, peer) = await OpenAsync();
        Socket socket = ((SocketPeer)peer).Socket;
        socket.Blocking = true;
        Task serving = ServeAsync(subject);
        byte[] message = new byte[300];
        byte[] answer = new byte[300];
        const int Rounds = 1000;
        Exchange(Rounds);
        double perRound = double.MaxValue;
        for (int batch = 0; batch < 8; batch++)
        {
            // The best of several: the process's other threads allocate now and then, this one in every batch.
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(Rounds);
            perRound = Math.Min(perRound, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Rounds);
        }

        Assert.True(perRound < 1, $"{perRound:0.0} bytes a round trip");
        peer.Dispose();
        await serving;

        void Exchange(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                socket.Send(message);
                for (int got = 0; got < answer.Length;)
                {
                    got += socket.Receive(answer, got, answer.Length - got, SocketFlags.None);
                }
            }
        }

        static async Task ServeAsync(Connection connection)
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync();
                if (read.IsCompleted)
                {
                    break;
                }

                foreach (ReadOnlyMemory<byte> memory in read.Buffer)
                {
                    memory.Span.CopyTo(connection.Output.GetSpan(memory.Length));
                    connection.Output.Advance(memory.Length);
                }

                connection.Input.AdvanceTo(read.Buffer.End);
                await connection.Output.FlushAsync();
            }

            connection.Dispose();
        }
    }

    [Fact]
    public async Task Churn_EveryWayOfEnding_LeaksNoDescriptor()
    {
        const int Count = 5000;
        for (int i = 0; i < 50; i++)
        {
            await EndAsync(i);
        }

        int before = Sockets();
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, stop) => await EndAsync(i).WaitAsync(TimeSpan.FromSeconds(60), stop));
        // Aborted operations end on the thread pool; each has its turn before the count.
        for (int i = 0; i < 200 && Sockets() > before; i++)
        {
            await Task.Yield();
        }

        int after = Sockets();
        Assert.True(after <= before, $"{after} sockets after, {before} before");
    }

    /// <summary>Open sockets: other descriptors come and go with the libraries that the first exception loads.</summary>
    private static int Sockets() => Directory.GetFiles("/proc/self/fd")
        .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static async Task WaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            await flush;
        }
        catch (Exception e) when (Connection.IsConnectionFailure(e))
        {
        }
    }

    private static async Task DrainAsync(Connection connection)
    {
        try
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (Connection.IsConnectionFailure(e))
        {
        }
    }

    private async Task EndAsync(int way)
    {
        var (subject, peer) = await OpenAsync(way % 2 == 0);
        await peer.SendAsync("request");
        await WaitAsync(subject.Output.WriteAsync("response"u8.ToArray()));
        switch (way / 2 % 10)
        {
            case 0:
                subject.ShutdownSend();
                await peer.ReceiveToEndAsync();
                peer.ShutdownSend();
                await DrainAsync(subject);
                break;
            case 1:
                peer.Abort();
                await DrainAsync(subject);
                break;
            case 2:
                subject.Abort();
                break;
            case 3:
                peer.ShutdownSend();
                await DrainAsync(subject);
                subject.ShutdownSend();
                break;
            case 4:
                peer.Dispose();
                break;
            case 5:
                ValueTask<ReadResult> read = subject.Input.ReadAsync();
                subject.Abort();
                try
                {
                    await read;
                }
                catch (Exception e) when (Connection.IsConnectionFailure(e))
                {
                }

                break;
            case 6:
                subject.EndInput();
                await DrainAsync(subject);
                break;
            case 7:
                Task reading = DrainAsync(subject);
                peer.Abort();
                subject.Abort();
                await reading;
                break;
            case 8:
                ValueTask<FlushResult> flush;
                do
                {
                    flush = subject.Output.WriteAsync(s_block);
                }
                while (flush.IsCompletedSuccessfully && !flush.Result.IsCompleted);

                subject.Dispose();
                await WaitAsync(flush);
                break;
            default:
                using (ScriptedBackend backend = _wire.Listen())
                {
                    (await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000)).Dispose();
                }

                await Assert.ThrowsAsync<SocketException>(
                    async () => await _wire.Worker.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1), 10_000));
                break;
        }

        subject.Dispose();
        peer.Dispose();
    }

    private async Task<(Connection, ScriptedPeer)> OpenAsync(bool accepted = false)
    {
        if (accepted)
        {
            var opened = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
            ScriptedPeer client = await _wire.ConnectAsync(opened.SetResult);
            return (await opened.Task, client);
        }

        using ScriptedBackend backend = _wire.Listen();
        Connection connection = await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000);
        return (connection, await backend.AcceptAsync());
    }
}

/// <summary>Tests that measure the whole process: nothing else runs beside them.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
