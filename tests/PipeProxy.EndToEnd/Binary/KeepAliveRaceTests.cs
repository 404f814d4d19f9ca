using System.Collections.Concurrent;
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

    private async Task PostAsync(int connections, int rounds)
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        var failures = new ConcurrentQueue<string>();
        int answered = 0;

        await Task.WhenAll(Enumerable.Range(0, connections).Select(async number =>
        {
            await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);
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

        output.WriteLine($"{answered} POSTs answered, {failures.Count} failed");
        Assert.Empty(failures);
        Assert.Equal(connections * (rounds + 1), answered);
    }
}
