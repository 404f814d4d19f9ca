using System.Buffers;
using System.Text;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 16 and 17: chunked bodies.</summary>
public sealed class ChunkScannerTests
{
    private static readonly HttpLimits Limits = new();

    /// <summary>What a scan came to. Data: the payload, all runs joined.</summary>
    internal sealed record Scan(ChunkResult Result, string Data, string Trailers, int Taken, string Reason);

    /// <summary>Scans in every way the input can be cut; all must agree.</summary>
    internal static Scan Run(string raw, HttpLimits? limits = null, bool keepTrailers = true, MessageHead? message = null)
    {
        byte[] bytes = Bytes.Of(raw);
        Scan whole = Run([bytes], limits ?? Limits, keepTrailers, message, segmented: false);
        foreach (byte[][] cut in Bytes.CutInTwo(bytes).Append(Bytes.Singly(bytes)))
        {
            foreach (bool segmented in new[] { false, true })
            {
                Scan other = Run(cut, limits ?? Limits, keepTrailers, message, segmented);
                // What was taken of a body that is refused, or of its payload, is of no use to anyone.
                Assert.Equal(
                    whole with { Taken = whole.Result == ChunkResult.Done ? whole.Taken : 0 },
                    other with { Taken = whole.Result == ChunkResult.Done ? other.Taken : 0 });
            }
        }

        return whole;
    }

    private static Scan Run(byte[][] pieces, HttpLimits limits, bool keepTrailers, MessageHead? message, bool segmented)
    {
        ChunkScanner scanner = new(limits);
        TrailerSection? trailers = keepTrailers ? new TrailerSection { Message = message } : null;
        StringBuilder data = new();
        int taken = 0;
        byte[] unread = [];
        foreach (byte[] piece in segmented ? [[.. pieces.SelectMany(p => p)]] : pieces)
        {
            byte[] there = [.. unread, .. piece];
            ReadOnlySequence<byte> buffer = segmented ? Bytes.Segments(pieces) : new(there);
            while (true)
            {
                ChunkResult result = scanner.Next(buffer, out SequencePosition consumed, out ReadOnlySequence<byte> run, trailers);
                taken += (int)buffer.Slice(0, consumed).Length;
                data.Append(Bytes.Text(run));
                buffer = buffer.Slice(consumed);
                if (result is ChunkResult.Done or ChunkResult.Rejected)
                {
                    return new Scan(result, data.ToString(), trailers is null ? "" : Wire.Lines(trailers), taken, scanner.Rejection.Reason ?? "");
                }

                if (result == ChunkResult.NeedMore)
                {
                    break;
                }

                Assert.False(run.IsEmpty);
            }

            unread = buffer.ToArray();
            Array.Fill(there, (byte)0xEE);
        }

        return new Scan(ChunkResult.NeedMore, data.ToString(), trailers is null ? "" : Wire.Lines(trailers), taken, "");
    }

    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("00000\r\n\r\n", "")]
    [InlineData("3\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("3\r\nabc\r\n2\r\n\r\n\r\n0\r\n\r\n", "abc\r\n")]
    [InlineData("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789")]
    [InlineData("0000000000000003\r\nabc\r\n0\r\n\r\n", "abc")]
    public void Rule16_WellFormed_PayloadAlone(string raw, string data)
    {
        Scan scan = Run(raw + "GET ");
        Assert.Equal(ChunkResult.Done, scan.Result);
        Assert.Equal(data, scan.Data);
        Assert.Equal(raw.Length, scan.Taken);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("0x3\r\nabc")]
    [InlineData("+3\r\nabc")]
    [InlineData("-3\r\nabc")]
    [InlineData(" 3\r\nabc")]
    [InlineData("3 \r\nabc")]
    [InlineData("3\t\r\nabc")]
    [InlineData("3_0\r\nabc")]
    [InlineData("3\nabc\r\n")]
    [InlineData("3\r\rabc\r\n")]
    [InlineData("3\rabc\r\n")]
    [InlineData(";a\r\n")]
    [InlineData("3.0\r\n")]
    [InlineData("3,\r\n")]
    [InlineData("\0\r\n")]
    [InlineData("\u0663\r\n")]
    public void Rule16_BadSize_Rejected(string raw)
    {
        Scan scan = Run(raw);
        Assert.Equal(ChunkResult.Rejected, scan.Result);
        Assert.Equal("", scan.Data);
        Assert.NotEqual("", scan.Reason);
    }

    [Theory]
    [InlineData("8000000000000000\r\n")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("10000000000000000\r\n")]
    [InlineData("00000000000000003\r\nabc\r\n0\r\n\r\n")]
    public void Rule16_SizeOver63BitsOr16Digits_Rejected(string raw) => Assert.Equal(ChunkResult.Rejected, Run(raw).Result);

    [Fact]
    public void Rule16_LargestSize_Accepted()
    {
        Scan scan = Run("7fffffffffffffff\r\nabc");
        Assert.Equal(ChunkResult.NeedMore, scan.Result);
        Assert.Equal("abc", scan.Data);
    }

    [Theory]
    [InlineData("3\r\nabcd\r\n")]
    [InlineData("3\r\nabc0\r\n\r\n")]
    [InlineData("3\r\nabc\n0\r\n\r\n")]
    [InlineData("3\r\nabc\r0\r\n\r\n")]
    [InlineData("3\r\nabc\r\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\n\r\n0\r\n\r\n")]
    public void Rule16_NoLineEndBehindData_Rejected(string raw)
    {
        Scan scan = Run(raw);
        Assert.Equal(ChunkResult.Rejected, scan.Result);
        Assert.Equal("abc", scan.Data);
    }

    [Theory]
    [InlineData(";a")]
    [InlineData(";a=b")]
    [InlineData(";a=b;c;d=e")]
    [InlineData(";a=\"\"")]
    [InlineData(";a=\"b c\td;e=\u00ff\"")]
    [InlineData(";a=\"\\\"\\\\\\x\";b")]
    public void Rule16_ValidExtension_Dropped(string extension)
    {
        Scan scan = Run($"3{extension}\r\nabc\r\n0{extension}\r\n\r\n");
        Assert.Equal(ChunkResult.Done, scan.Result);
        Assert.Equal("abc", scan.Data);
    }

    [Theory]
    [InlineData(";")]
    [InlineData("; a")]
    [InlineData(" ;a")]
    [InlineData(";a ")]
    [InlineData(";a =b")]
    [InlineData(";a= b")]
    [InlineData(";a=")]
    [InlineData(";a;")]
    [InlineData(";=b")]
    [InlineData(";a=b=c")]
    [InlineData(";a=\"b")]
    [InlineData(";a=\"b\"c")]
    [InlineData(";a\"b\"")]
    [InlineData(";a=\"\\\n\"")]
    [InlineData(";a=\"\n\"")]
    [InlineData(";a=\"\0\"")]
    [InlineData(";a\0")]
    [InlineData(";\u00e9")]
    [InlineData(";a\n")]
    [InlineData(";a=b\n")]
    public void Rule16_BadExtension_Rejected(string extension) =>
        Assert.Equal(ChunkResult.Rejected, Run($"3{extension}\r\nabc\r\n0\r\n\r\n").Result);

    [Fact]
    public void Rule16_ExtensionsOverTheirLimitInAll_Rejected()
    {
        // Each chunk spends 4 bytes of the message's 20.
        HttpLimits limits = new() { ChunkExtensionBytes = 20 };
        string five = string.Concat(Enumerable.Repeat("1;a=b\r\nx\r\n", 5));
        Assert.Equal(ChunkResult.Done, Run(five + "0\r\n\r\n", limits).Result);
        Assert.Equal(ChunkResult.Rejected, Run(five + "0;a\r\n\r\n", limits).Result);
        Assert.Equal(ChunkResult.Rejected, Run("3;" + new string('a', 5000)).Result);
    }

    [Theory]
    [InlineData("X-Sum: 1\r\n", "X-Sum: 1\n")]
    [InlineData("X-Sum:1 \r\nServer-Timing: a;dur=1\r\n", "X-Sum: 1\nServer-Timing: a;dur=1\n")]
    [InlineData("", "")]
    public void Rule17_Trailers_Kept(string lines, string expected)
    {
        string raw = $"1\r\nx\r\n0\r\n{lines}\r\n";
        Scan scan = Run(raw + "next");
        Assert.Equal(ChunkResult.Done, scan.Result);
        Assert.Equal(expected, scan.Trailers);
        Assert.Equal(raw.Length, scan.Taken);
        Assert.Equal(ChunkResult.Done, Run(raw + "next", keepTrailers: false).Result);
    }

    [Theory]
    [InlineData("Content-Length: 5")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Trailer: x")]
    [InlineData("Host: x")]
    [InlineData("Connection: close")]
    [InlineData("TE: trailers")]
    [InlineData("Upgrade: x")]
    [InlineData("Authorization: x")]
    [InlineData("Proxy-Authorization: x")]
    [InlineData("WWW-Authenticate: x")]
    [InlineData("Cookie: x")]
    [InlineData("Set-Cookie: x")]
    [InlineData("X-Forwarded-For: x")]
    [InlineData("X_Forwarded_Proto: x")]
    [InlineData("X-Real-Ip: x")]
    [InlineData("Forwarded: x")]
    [InlineData("Via: x")]
    [InlineData("Expect: x")]
    [InlineData("Content-Encoding: gzip")]
    [InlineData("Content-Type: x")]
    [InlineData("Content-Range: x")]
    [InlineData("If-Match: x")]
    [InlineData("Location: x")]
    [InlineData("Date: x")]
    [InlineData("Cache-Control: x")]
    public void Rule17_FramingRoutingAuthAndForwarding_Dropped(string line) =>
        Assert.Equal("X-A: 1\nX-B: 2\n", Run($"0\r\nX-A: 1\r\n{line}\r\nX-B: 2\r\n\r\n").Trailers);

    [Fact]
    public void Rule26_NominatedTrailer_Dropped()
    {
        RequestHead message = Wire.Request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: X-Hop, te\r\n\r\n");
        FieldRules.PrepareRequest(message, default);
        Assert.Equal("X-Stay: 2\n", Run("0\r\nx-hop: 1\r\nX-Stay: 2\r\n\r\n", message: message).Trailers);
    }

    [Theory]
    [InlineData("NoColon\r\n\r\n")]
    [InlineData(": v\r\n\r\n")]
    [InlineData(" X: v\r\n\r\n")]
    [InlineData("X: v\r\n folded\r\n\r\n")]
    [InlineData("X : v\r\n\r\n")]
    [InlineData("X: v\0\r\n\r\n")]
    [InlineData("X: v\n\r\n")]
    [InlineData("X: v\r\n\n")]
    [InlineData("X: v\rY: w\r\n\r\n")]
    [InlineData("\n")]
    [InlineData("\rX\n")]
    public void Rule17_MalformedTrailer_Rejected(string lines)
    {
        Assert.Equal(ChunkResult.Rejected, Run("0\r\n" + lines).Result);
        Assert.Equal(ChunkResult.Rejected, Run("0\r\n" + lines, keepTrailers: false).Result);
    }

    [Fact]
    public void Rule17_TrailersOverTheirLimits_Rejected()
    {
        HttpLimits limits = new() { TrailerBytes = 40, FieldCount = 3 };
        Assert.Equal(ChunkResult.Done, Run($"0\r\nX: {new string('a', 33)}\r\n\r\n", limits).Result);
        Assert.Equal(ChunkResult.Rejected, Run($"0\r\nX: {new string('a', 34)}\r\n\r\n", limits).Result);
        Assert.Equal(ChunkResult.Rejected, Run($"0\r\n{new string('a', 40)}", limits).Result);
        Assert.Equal(ChunkResult.Done, Run("0\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n", limits).Result);
        Assert.Equal(ChunkResult.Rejected, Run("0\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", limits).Result);
    }

    [Fact]
    public void Next_CopyTakenAtTheStart_BeginsAgain()
    {
        ReadOnlySequence<byte> buffer = new("3\r\nabc\r\n0\r\n\r\n"u8.ToArray());
        ChunkScanner scanner = new(Limits);
        ChunkScanner replay = scanner;
        Assert.Equal(ChunkResult.Data, scanner.Next(buffer, out SequencePosition consumed, out _, null));
        Assert.Equal(ChunkResult.Done, scanner.Next(buffer.Slice(consumed), out consumed, out _, null));
        Assert.Equal(ChunkResult.Data, replay.Next(buffer, out _, out ReadOnlySequence<byte> data, null));
        Assert.Equal("abc", Bytes.Text(data));
    }
}
