using System.Collections.Concurrent;
using System.Net;
using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>
/// Requests that may not be repeated, at the very pace at which node closes idle connections (its default of 5 s):
/// the one that goes out just as the connection is closed must not be lost.
/// </summary>
public sealed class KeepAliveRaceTests(ITestOutputHelper output)
{
    [Fact]
    public Task Posts_AtNodesKeepAlive_AreNeverLost() => PostAsync(connections: 100, rounds: 2);

    [Fact]
    [Trait("Length", "Full")]
    public Task Posts_AThousandAtNodesKeepAlive_AreNeverLost() => PostAsync(connections: 100, rounds: 10);

    /// <summary>The control: the same requests straight to node, on connections that are kept over the gaps, do get lost.</summary>
    [Fact]
    public async Task Posts_OnConnectionsKeptToNode_AreLost()
    {
        await using ServerProcess app = await ServerProcess.StartWebAppAsync();

        (int answered, ICollection<string> failures) = await RunAsync(app.Address, connections: 100, rounds: 1);

        output.WriteLine($"{answered} POSTs answered, {failures.Count} failed");
        Assert.NotEmpty(failures);
    }

    private async Task PostAsync(int connections, int rounds)
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);

        (int answered, ICollection<string> failures) = await RunAsync(all.Proxy.Address, connections, rounds);

        output.WriteLine($"{answered} POSTs answered, {failures.Count} failed");
        Assert.Empty(failures);
        Assert.Equal(connections * (rounds + 1), answered);
    }

    private static async Task<(int Answered, ICollection<string> Failures)> RunAsync(IPEndPoint target, int connections, int rounds)
    {
        var failures = new ConcurrentQueue<string>();
        int answered = 0;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async number =>
        {
            await using RawClient client = await RawClient.ConnectAsync(target);
            byte[] body = [(byte)number, 1, 2, 3];
            // One request to fill the proxy's pool, then the rounds, each after a gap of 4.5 to 5.5 s.
            for (int round = 0; round <= rounds; round++)
            {
                if (round > 0)
                {
                    await Eventually.PassAsync(TimeSpan.FromMilliseconds(4500 + Random.Shared.Next(1000)));
                }

                try
                {
                    RawAnswer answer = await client.PostAsync("/echo", body);
                    if (answer.Status != 200 || !answer.Body.AsSpan().SequenceEqual(body))
                    {
                        failures.Enqueue($"{answer.Status} {answer.Text}");
                    }

                    Interlocked.Increment(ref answered);
                }
                catch (WireException error)
                {
                    failures.Enqueue(error.Message);
                    return;
                }
            }
        }));
        return (answered, failures.ToArray());
    }
}
