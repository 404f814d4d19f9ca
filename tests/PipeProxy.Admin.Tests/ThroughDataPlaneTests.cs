using System.Text;
using PipeProxy.Admin.Tests.Api;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Admin.Tests;

/// <summary>As a client sees it: entry point, router, the backend inside the process.</summary>
public sealed class ThroughDataPlaneTests
{
    [Fact]
    public async Task Get_OnTheAdminEntryPoint_IsAnsweredByTheApplication()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Docker, Sample.Internal);

        Answer answer = await AskAsync(admin, "traefik", "GET /api/rawdata HTTP/1.1\r\nHost: proxy:8080\r\nConnection: close\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Recorded.Equal("rawdata.json", answer.Json);
    }

    [Fact]
    public async Task Get_Ping_IsAnsweredWithoutTheApplication()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Internal);

        Answer answer = await AskAsync(admin, "traefik", "GET /ping HTTP/1.1\r\nHost: proxy:8080\r\nConnection: close\r\n\r\n");

        Assert.Equal((200, "OK"), (answer.Status, answer.Body.Trim()));
    }

    [Fact]
    public async Task Get_OnAnotherEntryPoint_IsNotFound()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Internal);

        Assert.Equal(404, (await AskAsync(admin, "web", "GET /api/rawdata HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n")).Status);
        Assert.Equal(404, (await AskAsync(admin, "web", "GET /ping HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n")).Status);
    }

    [Fact]
    public async Task Ask_KeepAliveConnection_IsCarriedByPooledConnections()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Internal);
        string requests = string.Concat(Enumerable.Repeat("GET /api/version HTTP/1.1\r\nHost: proxy:8080\r\n\r\n", 30));

        string text = await ReadAsync(admin, "traefik", requests + "HEAD /api/overview HTTP/1.1\r\nHost: proxy:8080\r\nConnection: close\r\n\r\n");

        Assert.Equal(31, text.Split("HTTP/1.1 200").Length - 1);
    }

    [Fact]
    public async Task Get_Http10WithoutHost_IsAnswered()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Internal);

        Answer answer = await AskAsync(admin, "traefik", "GET /api/version HTTP/1.0\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Recorded.Equal("version.json", answer.Json);
    }

    [Fact]
    public async Task Post_WithABody_IsRefusedAndTheNextRequestIsServed()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Internal);
        string post = $"POST /api/version HTTP/1.1\r\nHost: proxy:8080\r\nContent-Length: 2000\r\n\r\n{new string('x', 2000)}";

        string text = await ReadAsync(admin, "traefik", post + "GET /api/version HTTP/1.1\r\nHost: proxy:8080\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 405 ", text, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200 ", text, StringComparison.Ordinal);
    }

    private static async Task<Answer> AskAsync(AdminFixture admin, string entryPoint, string request) => Answer.Parse(await ReadAsync(admin, entryPoint, request));

    private static async Task<string> ReadAsync(AdminFixture admin, string entryPoint, string requests)
    {
        (MemoryConnection client, MemoryConnection server) = MemoryConnection.CreatePair(admin.Worker, admin.Worker);
        using (client)
        {
            admin.Worker.Post(_ => admin.Plane.Serve(server, new EntryPoint { Name = entryPoint }), null);
            await client.Output.WriteAsync(Encoding.ASCII.GetBytes(requests));
            return await Answer.ReadToEndAsync(client.Input);
        }
    }
}
