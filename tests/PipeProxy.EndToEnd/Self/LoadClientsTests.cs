using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Self;

/// <summary>The load clients must count what they are there to count.</summary>
public sealed class LoadClientsTests
{
    private const string First = "Set-Cookie: StickySessionCookie=0000000000000001; Path=/\r\n";

    [Fact]
    public async Task Clients_OfAServerWithoutFault_CountNoFailure()
    {
        LoadReport report = await RunAsync(
            head => ScriptedServer.Of("one", head.Contains("Cookie:", StringComparison.Ordinal) ? "" : First));

        Assert.Equal(0, report.Failed);
        Assert.InRange(report.Sent, 50, 400);
        Assert.Equal(report.Sent, report.Sticky.Answered + report.Plain.Answered);
        Assert.Equal((4, 4), (report.Sticky.Connections, report.Plain.Connections));
    }

    [Theory]
    [InlineData("wrong container")]
    [InlineData("needless cookie")]
    [InlineData("a cookie of another")]
    [InlineData("mixed up")]
    [InlineData("no cookie")]
    [InlineData("status 503")]
    [InlineData(nameof(WireFailure.ClosedBeforeAnswer))]
    public async Task Clients_WhereOneAnswerInSevenIsWrong_CountItByItsName(string failure)
    {
        int number = 0;
        LoadReport report = await RunAsync(head =>
        {
            bool hasCookie = head.Contains("Cookie:", StringComparison.Ordinal);
            return Interlocked.Increment(ref number) % 7 != 6
                ? ScriptedServer.Of("one", hasCookie ? "" : First)
                : failure switch
                {
                    "wrong container" => ScriptedServer.Of("two", hasCookie ? "" : First.Replace('1', '2')),
                    "needless cookie" => ScriptedServer.Of("one", First),
                    "a cookie of another" => ScriptedServer.Of("two", First),
                    "mixed up" => new Reply(ScriptedServer.Of("one").Bytes.Replace("\r\n\r\none", "\r\n\r\ntwo", StringComparison.Ordinal)),
                    "no cookie" => ScriptedServer.Of("one"),
                    "status 503" => new Reply("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
                    _ => new Reply("", Then.Reset),
                };
        });

        Assert.Contains(failure, report.Sticky.Failures.Keys.Concat(report.Plain.Failures.Keys));
        Assert.InRange(report.Failed, 1, (report.Sent / 7) + 1);
    }

    [Fact]
    public async Task Clients_WhoseAnswerBreaksOff_CountItApart()
    {
        LoadReport report = await RunAsync(
            _ => new Reply("HTTP/1.1 200 OK\r\nX-Container: one\r\nContent-Length: 9\r\n\r\none", Then.Close));

        Assert.Equal((0, report.Sent), (report.Failed, report.Cut));
    }

    private static async Task<LoadReport> RunAsync(Func<string, Reply> answer)
    {
        await using var server = new ScriptedServer(answer);
        await using LoadClients clients = LoadClients.Start(
            new LoadOptions { Target = server.Address, Clients = 8, RequestsPerSecond = 200 });
        await Eventually.PassAsync(TimeSpan.FromSeconds(1));
        return await clients.StopAsync();
    }
}
