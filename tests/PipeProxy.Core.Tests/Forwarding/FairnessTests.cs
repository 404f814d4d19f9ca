using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;
using Xunit.Abstractions;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>
/// Round robin through the whole proxy, over real sockets: two threads with 32 connections each ask at once, while the
/// set of backends changes. Without a change the shares are exact.
/// </summary>
public sealed class FairnessTests(ITestOutputHelper output)
{
    private const int Threads = 2;
    private const int ConnectionsOfThread = 32;
    private const int Rounds = 100;
    private const string Get = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";

    // The first three are there throughout; the others come and go.
    private static readonly int[][] s_sets = [[0, 1, 2], [0, 1, 2, 3], [3, 0, 1, 2, 4], [0, 1, 2, 4]];

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(50)]
    public async Task TwoThreadsOf32Connections_WhileTheSetChanges_GetBackendsAlike(int requestsPerSwap)
    {
        await using WireBed bed = await WireBed.StartAsync(new SocketsWire(), new WireBedOptions { Backends = 5 });
        for (int i = 0; i < bed.Backends.Length; i++)
        {
            string answer = $"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{i}";
            bed.Serve(i, _ => answer);
        }

        await bed.PublishAsync(Servers(bed, 0));
        int swaps = 0;
        bed.Configuration.Applied += (_, change) => swaps += change.Backends.Length > 0 ? 1 : 0;
        var run = new Run(bed, requestsPerSwap);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => run.OnThreadAsync()));

        int[] counts = run.Counts;
        string seen = $"{string.Join(' ', counts)} with {swaps} swaps";
        output.WriteLine(seen);
        Assert.Equal(Threads * ConnectionsOfThread * Rounds, counts.Sum());
        Assert.Equal(counts.Sum() / requestsPerSwap, swaps);
        Assert.True(counts[3] > 0 == swaps > 0 && counts[4] > 0 == swaps > 0, seen);
        Assert.True(counts.Take(3).Max() - counts.Take(3).Min() <= swaps + 1, seen);
    }

    private static ServerDefinition[] Servers(WireBed bed, int set) => [.. s_sets[set % s_sets.Length].Select(i => bed.Server(i))];

    /// <summary>What the threads share.</summary>
    private sealed class Run(WireBed bed, int requestsPerSwap)
    {
        private readonly int[] _counts = new int[5];
        private readonly Lock _swapping = new();
        private int _answers;
        private int _set;

        public int[] Counts => _counts;

        /// <summary>Runs a thread of its own, so that the requests of both go out at the same time.</summary>
        public async Task OnThreadAsync()
        {
            ScriptedPeer[] clients = new ScriptedPeer[ConnectionsOfThread];
            for (int i = 0; i < clients.Length; i++)
            {
                clients[i] = await bed.ConnectAsync();
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() =>
            {
                try
                {
                    Ask(clients);
                    done.SetResult();
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            }).Start();
            await done.Task;
        }

        private void Ask(ScriptedPeer[] clients)
        {
            for (int round = 0; round < Rounds; round++)
            {
                foreach (ScriptedPeer client in clients)
                {
                    client.SendAsync(Get).GetAwaiter().GetResult();
                }

                foreach (ScriptedPeer client in clients)
                {
                    WireResponse response = client.ReadResponseAsync().GetAwaiter().GetResult();
                    Assert.Equal(200, response.Status);
                    Interlocked.Increment(ref _counts[response.Body[0] - '0']);
                    if (Interlocked.Increment(ref _answers) % requestsPerSwap == 0)
                    {
                        Swap();
                    }
                }
            }
        }

        /// <summary>One at a time; the other thread's requests go on meanwhile.</summary>
        private void Swap()
        {
            lock (_swapping)
            {
                bed.PublishAsync(Servers(bed, ++_set)).GetAwaiter().GetResult();
            }
        }
    }
}
