using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PipeProxy.Admin.Transport;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin.Tests.Transport;

public sealed class InProcessConnectionTests
{
    private const string Get = "GET /api/version HTTP/1.1\r\nHost: admin\r\n\r\n";

    [Fact]
    public async Task Ask_ManyRequestsOnOneConnection_AreAnsweredInOrder()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        using Connection connection = admin.Connect();
        string requests = string.Concat(Enumerable.Range(0, 50).Select(i => $"GET /api/n{i} HTTP/1.1\r\nHost: admin\r\n\r\n"));
        requests += "GET /api/version HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n";

        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(requests));
        string text = await Answer.ReadToEndAsync(connection.Input);

        Assert.Equal(50, Count(text, "HTTP/1.1 404"));
        Assert.Equal(1, Count(text, "HTTP/1.1 200"));
        Assert.True(text.LastIndexOf("HTTP/1.1 404", StringComparison.Ordinal) < text.IndexOf("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_ManyConnectionsAtOnce_AllAreAnswered()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => admin.GetAsync("/api/overview")));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
    }

    [Fact]
    public async Task Ask_HalfClosedAfterTheRequest_IsStillAnswered()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        using Connection connection = admin.Connect();

        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(Get));
        connection.ShutdownSend();

        Assert.Equal(200, Answer.Parse(await Answer.ReadToEndAsync(connection.Input)).Status);
    }

    [Fact]
    public async Task ShutdownSend_WithoutARequest_EndsTheConnectionFromTheOtherSide()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        using Connection connection = admin.Connect();
        PeerClosed closed = new();
        connection.SetPeerClosedListener(closed);

        connection.ShutdownSend();

        await closed.Task;
        Assert.True(connection.IsPeerClosed);
        Assert.Equal("", await Answer.ReadToEndAsync(connection.Input));
    }

    [Fact]
    public async Task Abort_InTheMidstOfALargeAnswer_LeavesTheOthersAlone()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(ManyServices());
        string whole = (await admin.GetAsync("/api/rawdata")).Body;
        Assert.True(whole.Length > 400_000, "the answer is no larger than what the pipe takes");

        for (int i = 0; i < 20; i++)
        {
            (Connection connection, InProcessConnection far) = admin.Application.Transport.Connect(admin.Worker);
            await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(Get.Replace("version", "rawdata", StringComparison.Ordinal)));
            ReadResult some = await connection.Input.ReadAsync();
            Assert.False(some.IsCompleted);
            connection.Input.AdvanceTo(some.Buffer.GetPosition(1));
            connection.Abort();
            connection.Dispose();
            await EndOf(far);
        }

        Assert.Equal(whole, (await admin.GetAsync("/api/rawdata")).Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /api/ver")]
    [InlineData(Get)]
    public async Task Abort_BeforeInOrAfterARequest_EndsTheOtherEnd(string sent)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (Connection connection, InProcessConnection far) = admin.Application.Transport.Connect(admin.Worker);
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(sent));
        connection.Abort();
        connection.Dispose();

        await EndOf(far);
        Assert.Equal(200, (await admin.GetAsync("/api/version")).Status);
    }

    [Fact]
    public async Task Ask_ReaderThatWaits_HoldsTheAnswerBackAndLosesNothing()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(ManyServices());
        string whole = (await admin.GetAsync("/api/rawdata")).Body;
        using Connection connection = admin.Connect();

        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes("GET /api/rawdata HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n"));
        ReadResult first = await connection.Input.ReadAsync();
        connection.Input.AdvanceTo(first.Buffer.Start);
        // Others are served while this one waits; its unread part is bounded by the pipe.
        Assert.Equal(200, (await admin.GetAsync("/api/version")).Status);
        Assert.True(connection.Input.TryRead(out ReadResult waiting));
        Assert.InRange(waiting.Buffer.Length, 1, 256 * 1024);
        connection.Input.AdvanceTo(waiting.Buffer.Start);

        Assert.Equal(whole, Answer.Parse(await Answer.ReadToEndAsync(connection.Input)).Body);
    }

    [Fact]
    public async Task Ask_FromAWorker_AnswersOnThePoolAndResumesOnTheWorker()
    {
        ConcurrentBag<bool> isPool = [];
        await using AdminFixture admin = await AdminFixture.StartAsync(s => s with
        {
            DockerConnected = () =>
            {
                isPool.Add(Thread.CurrentThread.IsThreadPoolThread);
                return true;
            },
        });

        bool isHere = await admin.Worker.RunAsync(async () =>
        {
            using Connection connection = admin.Connect();
            ValueTask<ReadResult> reading = connection.Input.ReadAsync();
            Assert.False(reading.IsCompleted);
            await connection.Output.WriteAsync("GET /api/overview HTTP/1.1\r\nHost: admin\r\n\r\n"u8.ToArray());
            ReadResult result = await reading;
            Assert.False(result.Buffer.IsEmpty);
            return admin.Worker.IsHere;
        });

        Assert.True(isHere);
        Assert.True(Assert.Single(isPool));
    }

    [Fact]
    public async Task Dispose_WithAnIdleConnection_EndsIt()
    {
        AdminFixture admin = await AdminFixture.StartAsync();
        using Connection connection = admin.Connect();
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(Get));
        ReadResult result = await connection.Input.ReadAsync();
        connection.Input.AdvanceTo(result.Buffer.End);
        PeerClosed closed = new();
        connection.SetPeerClosedListener(closed);

        await admin.DisposeAsync();

        await closed.Task;
        Assert.Throws<IOException>(admin.Connect);
    }

    [Fact]
    public async Task Start_SignalsOfTheProcess_AreNotTaken()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Assert.Equal("HostedElsewhere", admin.Application.Services.GetRequiredService<IHostLifetime>().GetType().Name);
    }

    private static ProviderConfiguration ManyServices() => new()
    {
        Provider = "docker",
        Services = [.. Enumerable.Range(0, 500).Select(i => new ServiceDefinition { Name = $"s{i}", Servers = [.. Enumerable.Range(1, 4).Select(n => AdminFixture.Server(n))] })],
    };

    private static Task EndOf(InProcessConnection far)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        far.ConnectionClosed.Register(() => ended.TrySetResult());
        return ended.Task;
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private sealed class PeerClosed : IPeerClosedListener
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _closed.Task;

        public void OnPeerClosed(Connection connection) => _closed.TrySetResult();
    }
}
