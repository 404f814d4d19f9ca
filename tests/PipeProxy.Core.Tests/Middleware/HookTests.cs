using System.Buffers;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Tests.Forwarding;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Middleware;

/// <summary>The hooks that no middleware of this version uses yet: outcome of an attempt, body filter.</summary>
public abstract class HookTests(WireKind kind) : WireTests(kind)
{
    private static readonly StickyCookie s_sticky = new() { Name = "s" };

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "chunked")]
    public async Task BodyFilter_ChangesTheBody_AndItsFraming(string answer, string framing)
    {
        await using WireBed bed = await StartAsync(Hooked(new Doubling("double")));
        bed.Serve(0, _ => answer);
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            WireResponse response = await client.ReadResponseAsync();
            Assert.Equal(("hheelllloo!", framing), (response.Body, response.Field("Transfer-Encoding")));
            Assert.Null(response.Field("Content-Length"));
        }
    }

    [Fact]
    public async Task BodyFilters_RunInnermostFirst()
    {
        await using WireBed bed = await StartAsync(Hooked(new Doubling("outer"), new Doubling("inner")));
        bed.Serve(0, _ => Ok("ab"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("aaaabbbb!!!", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task BodyFilter_LeavesHeadAndEmptyAnswersAlone()
    {
        await using WireBed bed = await StartAsync(Hooked(new Doubling("double")));
        bed.Serve(0, r => r.Line[0] == 'H' ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : "HTTP/1.1 204 No Content\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n" + Get);
        Assert.Equal("5", (await client.ReadResponseAsync(toHead: true)).Field("Content-Length"));
        Assert.Equal(204, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task OnAttempt_SeesEveryAttempt()
    {
        Judge judge = new("judge", (_, _) => HookVerdict.Continue);
        await using WireBed bed = await StartAsync(Hooked(judge) with { Backends = 2, Sticky = s_sticky });
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        bed.Serve(1, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        Assert.Equal([AttemptResult.ClosedBeforeHead, AttemptResult.Answered], judge.Seen);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("PUT", 200)]
    [InlineData("POST", 503)]
    public async Task OnAttempt_Repeat_GetsAnotherAnswer_WhereRule34AllowsIt(string method, int status)
    {
        Judge judge = new("judge", (x, _) => x.Upstream?.Head.Status == 503 ? HookVerdict.Repeat : HookVerdict.Continue);
        await using WireBed bed = await StartAsync(Hooked(judge) with { Backends = 2, Sticky = s_sticky });
        bed.Serve(0, _ => "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        bed.Serve(1, r => Ok(r.Body));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With(method, "abc", bed.CookieOf(0)) + Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((status, status == 200 ? "abc" : "no"), (response.Status, response.Body));
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task OnAttempt_Repeat_EndsWithTheThirdAnswer()
    {
        Judge judge = new("judge", (_, _) => HookVerdict.Repeat);
        await using WireBed bed = await StartAsync(Hooked(judge) with { Backends = 5 });
        WireServer[] servers = [.. Enumerable.Range(0, 5).Select(i => bed.Serve(i, _ => Ok("x")))];
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        Assert.Equal(3, servers.Sum(s => s.Requests));
    }

    [Fact]
    public async Task OnAttempt_Answered_GivesItsOwnAnswer()
    {
        Judge judge = new("judge", (x, _) =>
        {
            x.AnswerLocally(new LocalAnswer(418, "Tea."));
            return HookVerdict.Answered;
        });
        await using WireBed bed = await StartAsync(Hooked(judge));
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(418, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Hook_ThatThrows_CostsOneConnectionAndNoOther()
    {
        WireBed bed = await StartAsync(Hooked(new Judge("judge", (x, _) => x.Head.Path.SequenceEqual("/x"u8) ? throw new InvalidOperationException("broken") : HookVerdict.Continue)));
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        ScriptedPeer other = await bed.ConnectAsync();
        await client.SendAsync(With("PUT", "abc"));
        await client.ExpectResetAsync();
        await other.SendAsync(Get);
        Assert.Equal("x", (await other.ReadResponseAsync()).Body);
        Assert.Contains(bed.Log.Errors, e => e.Contains("broken", StringComparison.Ordinal));
        bed.Log.Clear();
        await bed.DisposeAsync();
    }

    private static WireBedOptions Hooked(params PipeProxy.Core.Middleware.Middleware[] middlewares) => new()
    {
        Middlewares = [.. middlewares.Select(m => new TestDefinition { Name = m.Name })],
        Compile = d => middlewares.FirstOrDefault(m => m.Name == d.Name),
    };

    private sealed record TestDefinition : MiddlewareDefinition;

    /// <summary>Asks a test what it thinks of an attempt.</summary>
    private sealed class Judge(string name, Func<Exchange, AttemptOutcome, HookVerdict> judge) : PipeProxy.Core.Middleware.Middleware(name)
    {
        public List<AttemptResult> Seen { get; } = [];

        internal override MiddlewareHooks Hooks => MiddlewareHooks.Attempt;

        internal override HookVerdict OnAttempt(Exchange exchange, in AttemptOutcome outcome)
        {
            Seen.Add(outcome.Result);
            return judge(exchange, outcome);
        }
    }

    /// <summary>Writes every byte twice, and an exclamation mark at the end.</summary>
    private sealed class Doubling(string name) : PipeProxy.Core.Middleware.Middleware(name)
    {
        internal override MiddlewareHooks Hooks => MiddlewareHooks.Body;

        internal override BodyFilter? FilterBody(Exchange exchange, ResponseHead head) => new Filter();

        private sealed class Filter : BodyFilter
        {
            public override void Transform(in ReadOnlySequence<byte> data, IBufferWriter<byte> output)
            {
                foreach (byte b in data.ToArray())
                {
                    output.Write([b, b]);
                }
            }

            public override void Complete(IBufferWriter<byte> output) => output.Write("!"u8);
        }
    }
}

/// <inheritdoc/>
public sealed class HookSocketsTests() : HookTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class HookHostileTests() : HookTests(WireKind.Hostile);
