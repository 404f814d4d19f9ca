using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>
/// Base of the tests that carry a rule's number: one message, what the other side gets of it, and that the next client
/// does not notice.
/// </summary>
public abstract class RuleTests(WireKind kind) : WireTests(kind)
{
    /// <summary>A request with these field lines, each with its line end.</summary>
    protected static string WithFields(string fields) => $"GET / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n";

    /// <summary>A chunked request up to its body.</summary>
    protected const string ChunkedHead = "POST /x HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>The head is refused with this status and the connection ends; no backend hears of it.</summary>
    protected async Task RefusedAsync(int status, string request)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        Task sending = client.SendAsync(request);
        await ExpectRefusalAsync(client, status, toHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
        await Record.ExceptionAsync(() => sending);
        Assert.Equal(0, server.Connections);
        await ExpectCleanAsync(bed);
        Assert.Equal(1, server.Requests);
    }

    /// <summary>
    /// The body turns bad: 400 and close, and no backend gets a complete message, whether the body comes with its head
    /// or when the backend has the head already.
    /// </summary>
    protected async Task BodyRefusedAsync(string head, string body)
    {
        foreach (bool apart in (bool[])[false, true])
        {
            await using WireBed bed = await StartAsync();
            WireServer server = bed.Serve(0, _ => Ok("clean"));
            ScriptedPeer client = await bed.ConnectAsync();
            Task sending = client.SendAsync(apart ? head : head + body);
            if (apart)
            {
                await bed.UntilAsync(() => server.Connections == 1, "the head is on its way");
                sending = client.SendAsync(body);
            }

            await ExpectRefusalAsync(client, 400, toHead: false);
            await Record.ExceptionAsync(() => sending);
            Assert.Equal(0, server.Requests);
            await ExpectCleanAsync(bed);
            Assert.Equal(1, server.Requests);
        }
    }

    /// <summary>The request is forwarded; what the backend got is returned. The answer reaches the client.</summary>
    private protected async Task<WireRequest> ForwardedAsync(string request, WireBedOptions? options = null)
    {
        await using WireBed bed = await StartAsync(options);
        List<WireRequest> seen = [];
        bed.Serve(0, r =>
        {
            seen.Add(r);
            return r.Line.StartsWith("HEAD ", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\n" : Ok("fine");
        });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(request);
        Assert.Equal(200, (await client.ReadResponseAsync(toHead: request.StartsWith("HEAD ", StringComparison.Ordinal))).Status);
        return Assert.Single(seen);
    }

    /// <summary>The backend's answer is not believed: 502, its connection is cut, the next request gets another one.</summary>
    protected async Task BackendRefusedAsync(string answer, string request = "POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx")
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(request);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        Task sending = backend.SendAsync(answer);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal(502, response.Status);
        AssertOneLine(response.Body);
        await Record.ExceptionAsync(() => sending);
        await backend.ExpectResetAsync();
        bed.Serve(0, _ => Ok("clean"));
        await ExpectCleanAsync(bed);
    }

    /// <summary>The backend's body turns bad behind a good head: the client sees a cut, never an end.</summary>
    protected async Task BackendCutAsync(string head, string body)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        Task sending = backend.SendAsync(head + body);
        string text = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        Assert.Equal("chunked", WireMessages.Field(text, "Transfer-Encoding"));
        (string rest, _) = await client.ReceiveToEndAsync();
        Assert.DoesNotContain("0\r\n\r\n", rest, StringComparison.Ordinal);
        await Record.ExceptionAsync(() => sending);
        await backend.ExpectResetAsync();
        bed.Serve(0, _ => Ok("clean"));
        await ExpectCleanAsync(bed);
    }

    /// <summary>What the client gets of an answer, which has to be one that is passed on.</summary>
    private protected async Task<WireResponse> AnsweredAsync(string answer, string request = Get)
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => answer);
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(request);
        return await client.ReadResponseAsync(toHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    private protected static async Task ExpectRefusalAsync(ScriptedPeer client, int status, bool toHead)
    {
        WireResponse response = await client.ReadResponseAsync(toHead);
        Assert.Equal((status, "close"), (response.Status, response.Field("Connection")));
        Assert.NotNull(response.Field("Date"));
        if (!toHead)
        {
            AssertOneLine(response.Body);
        }

        await client.ExpectFinAsync();
    }

    /// <summary>A further client is served as if nothing had been.</summary>
    private protected static async Task ExpectCleanAsync(WireBed bed)
    {
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((200, "clean"), (response.Status, response.Body));
    }

    /// <summary>An error answer says what happened in one line, and names nobody.</summary>
    private static void AssertOneLine(string body)
    {
        Assert.Matches("^[A-Z][ -~]{5,120}\\.\n$", body);
        Assert.DoesNotContain("127.0.0.1", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
    }
}
