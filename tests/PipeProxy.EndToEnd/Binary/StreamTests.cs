using System.Globalization;
using System.Text;
using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>What an application sends bit by bit arrives bit by bit, and silence is no end.</summary>
public sealed class StreamTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_full = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Events_OneByOne_ArriveWhenTheyAreSent()
    {
        const int Count = 5;
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);
        await client.SendAsync(RawClient.Request("GET", $"/sse?count={Count}&interval=1000", "localhost"));
        Assert.Equal("text/event-stream", (await client.ReadHeadAsync())["Content-Type"]);

        // One by one: each is here before the application sends the next.
        long received = 0;
        for (int number = 1; number <= Count; number++)
        {
            string text = Encoding.ASCII.GetString((await client.ReadBodyAsync()).Span);
            Assert.StartsWith($"id: {number}\n", text, StringComparison.Ordinal);
            long sent = long.Parse(text.Split("data: ")[1].Trim(), CultureInfo.InvariantCulture);
            Assert.True(received < sent, $"event {number} was sent at {sent}, the one before it came at {received}");
            received = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        }

        Assert.Equal(0, (await client.ReadBodyAsync()).Length);
    }

    [Fact]
    public Task EventStream_ThatIsSilentForSeconds_GoesOn() => ExpectStreamAliveAfterAsync(s_short);

    [Fact]
    [Trait("Length", "Full")]
    public Task EventStream_ThatIsSilentForThreeMinutes_GoesOn() => ExpectStreamAliveAfterAsync(s_full);

    [Fact]
    public Task WebSocket_ThatIsSilentForSeconds_GoesOn() => ExpectSocketAliveAfterAsync(s_short);

    [Fact]
    [Trait("Length", "Full")]
    public Task WebSocket_ThatIsSilentForThreeMinutes_GoesOn() => ExpectSocketAliveAfterAsync(s_full);

    /// <summary>The control: a proxy that takes silence for an end cuts the stream.</summary>
    [Fact]
    public async Task EventStream_WhereSilenceIsLimited_IsCut()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1, "--timeouts.responsebody=1s");
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);

        WireException cut = await Assert.ThrowsAsync<WireException>(
            () => client.GetAsync($"/silent-stream?seconds={s_short.TotalSeconds}"));

        Assert.Equal(WireFailure.CutInBody, cut.Failure);
    }

    /// <summary>The control: a proxy that takes silence for an end cuts the tunnel.</summary>
    [Fact]
    public async Task WebSocket_WhereSilenceIsLimited_IsCut()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1, "--timeouts.tunnel=1s");
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(all.Proxy.Address);

        await Assert.ThrowsAsync<WireException>(socket.ReceiveAsync);
    }

    private async Task ExpectStreamAliveAfterAsync(TimeSpan silence)
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address, silence + TimeSpan.FromSeconds(10));

        RawAnswer answer = await client.GetAsync($"/silent-stream?seconds={silence.TotalSeconds}");

        Assert.Equal("data: open\n\ndata: alive\n\n", answer.Text);
        output.WriteLine($"alive after {silence}");
    }

    private async Task ExpectSocketAliveAfterAsync(TimeSpan silence)
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(all.Proxy.Address);
        await socket.SendAsync("before");
        Assert.Equal("before", await socket.ReceiveAsync());

        await Eventually.PassAsync(silence);

        await socket.SendAsync("after");
        Assert.Equal("after", await socket.ReceiveAsync());
        await socket.CloseAsync();
        output.WriteLine($"alive after {silence}");
    }
}
