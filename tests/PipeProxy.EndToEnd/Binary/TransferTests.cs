using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>Bodies of a gibibyte pass whole and leave no trace in memory.</summary>
public sealed class TransferTests(ITestOutputHelper output)
{
    private const long OneGibibyte = 1L << 30;
    private const long MemoryLimit = 64L << 20;

    [Fact]
    public async Task Download_OfOneGibibyte_ArrivesWholeInBoundedMemory()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);
        byte[] pattern = Pattern();
        long begin = Stopwatch.GetTimestamp();

        await client.SendAsync(RawClient.Request("GET", $"/big?bytes={OneGibibyte}", "localhost"));
        RawHead head = await client.ReadHeadAsync();
        Assert.Equal(OneGibibyte.ToString(CultureInfo.InvariantCulture), head["Content-Length"]);
        long received = 0;
        ReadOnlyMemory<byte> piece;
        while ((piece = await client.ReadBodyAsync()).Length > 0)
        {
            Compare(piece.Span, pattern, received);
            received += piece.Length;
        }

        Assert.Equal(OneGibibyte, received);
        ExpectBoundedMemory(all.Proxy, "down", Stopwatch.GetElapsedTime(begin));
    }

    [Fact]
    public async Task Upload_OfOneGibibyte_ArrivesWholeInBoundedMemory()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address, TimeSpan.FromSeconds(30));
        byte[] piece = Pattern();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long begin = Stopwatch.GetTimestamp();

        await client.SendAsync(RawClient.Request(
            "POST", "/upload", "localhost", ("Content-Length", OneGibibyte.ToString(CultureInfo.InvariantCulture))));
        for (long left = OneGibibyte; left > 0;)
        {
            ReadOnlyMemory<byte> part = piece.AsMemory(0, (int)Math.Min(left, piece.Length));
            hash.AppendData(part.Span);
            await client.SendMoreAsync(part);
            left -= part.Length;
        }

        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.Equal(200, answer.Status);
        using JsonDocument counted = JsonDocument.Parse(answer.Body);
        Assert.Equal(OneGibibyte, counted.RootElement.GetProperty("length").GetInt64());
        Assert.Equal(
            Convert.ToHexStringLower(hash.GetHashAndReset()), counted.RootElement.GetProperty("sha256").GetString());
        ExpectBoundedMemory(all.Proxy, "up", Stopwatch.GetElapsedTime(begin));
    }

    [Fact]
    public async Task Download_ByAReaderThatPauses_IsHeldBackAtItsSource()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        RawClient[] clients = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(_ => RawClient.ConnectAsync(all.Proxy.Address)));
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.SendAsync(RawClient.Request("GET", "/big?bytes=67108864", "localhost"));
            await client.ReadHeadAsync();
        }));

        // Nobody reads on: the proxy must stop reading from the application, not keep 2 GiB.
        await Eventually.PassAsync(TimeSpan.FromSeconds(3));

        ExpectBoundedMemory(all.Proxy, "32 readers that pause", TimeSpan.FromSeconds(3));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    private void ExpectBoundedMemory(ServerProcess proxy, string what, TimeSpan time)
    {
        long peak = PeakMemory.OfProcess(proxy.Id);
        output.WriteLine($"{what}: {time.TotalSeconds:0.0} s, peak memory {peak / 1048576.0:0.0} MiB");
        Assert.True(peak < MemoryLimit, $"{peak} bytes at peak, {MemoryLimit} allowed");
    }

    // As in app.js.
    private static byte[] Pattern()
    {
        byte[] pattern = new byte[65521];
        for (int at = 0; at < pattern.Length; at++)
        {
            pattern[at] = (byte)((at * 31) + (at >> 8));
        }

        return pattern;
    }

    private static void Compare(ReadOnlySpan<byte> piece, byte[] pattern, long at)
    {
        while (piece.Length > 0)
        {
            int offset = (int)(at % pattern.Length);
            int length = Math.Min(piece.Length, pattern.Length - offset);
            Assert.True(piece[..length].SequenceEqual(pattern.AsSpan(offset, length)), $"other bytes after {at}");
            piece = piece[length..];
            at += length;
        }
    }
}
