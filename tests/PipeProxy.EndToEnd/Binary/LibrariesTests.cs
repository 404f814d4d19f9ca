using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>What the process maps: the base image has the libraries that the binary is linked with and no other.</summary>
public sealed class LibrariesTests
{
    [Fact]
    public async Task Process_ThatHasServedStickyRequestsAndTheApi_MapsNoOpenSsl()
    {
        int admin = HostPorts.Free();
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(
            2, "--sticky=StickySessionCookie", "--api.insecure", $"--entrypoints.traefik.address=127.0.0.1:{admin}");
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);
        await using RawClient api = await RawClient.ConnectAsync(new(System.Net.IPAddress.Loopback, admin));
        Assert.Equal(200, (await client.GetAsync("/fast")).Status);
        Assert.Equal(200, (await api.GetAsync("/api/rawdata")).Status);

        string[] maps = await File.ReadAllLinesAsync($"/proc/{all.Proxy.Id}/maps");

        Assert.Contains(maps, line => line.Contains("libc.so", StringComparison.Ordinal));
        Assert.DoesNotContain(maps, line => line.Contains("libcrypto", StringComparison.Ordinal) || line.Contains("libssl", StringComparison.Ordinal));
    }
}
