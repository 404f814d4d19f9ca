using PipeProxy.Core.Tests.Transport;
using PipeProxy.Core.Tests.Transport.Hostile;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>The same transcripts, cut at every byte and in every rhythm: the same result.</summary>
public sealed class SplitTests() : WireTests(WireKind.Hostile)
{
    private const string Requests =
        "PUT /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello"
        + "POST /y HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3;a=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
        + Get;

    private static readonly string[] s_answers =
    [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\n\r\none",
        "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\nX-U: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\nthree",
    ];

    [Fact]
    public async Task EverySplit_GivesTheSame()
    {
        int longest = Math.Max(Requests.Length, s_answers.Max(a => a.Length));
        for (int i = 1; i < longest; i++)
        {
            await RunAsync(HostilePlan.Pieces(i, 100_000));
        }
    }

    [Fact]
    public Task ByteForByte_GivesTheSame() => RunAsync(HostilePlan.OneByte());

    [Fact]
    public async Task ManyRhythms_GiveTheSame()
    {
        for (int seed = 100; seed < 200; seed++)
        {
            await RunAsync(new HostilePlan(seed) { LatePercent = seed % 101 });
        }
    }

    private async Task RunAsync(HostilePlan plan)
    {
        await using WireBed bed = await StartAsync(plan);
        List<WireRequest> seen = [];
        bed.Serve(0, r =>
        {
            seen.Add(r);
            return s_answers[seen.Count - 1];
        });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Requests);
        Assert.Equal("one", (await client.ReadResponseAsync()).Body);
        WireResponse second = await client.ReadResponseAsync();
        Assert.Equal(("two", "X-U: 2\r\n"), (second.Body, second.Trailers));
        Assert.Equal("three", (await client.ReadResponseAsync()).Body);
        Assert.Equal(["hello", "abcde", ""], seen.Select(r => r.Body));
        Assert.Equal("X-T: 1\r\n", seen[1].Trailers);
    }
}
