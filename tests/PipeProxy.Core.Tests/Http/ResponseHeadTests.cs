using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 13 to 19 and 22 on responses.</summary>
public sealed class ResponseHeadTests
{
    private static string Ok(string fields, string version = "1.1") => $"HTTP/{version} 200 OK\r\n{fields}\r\n\r\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 200, "OK")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "")]
    [InlineData("HTTP/1.0 404 Not Found at all\r\n\r\n", 404, "Not Found at all")]
    [InlineData("HTTP/1.5 999 \u00e9\t\r\n\r\n", 999, "\u00e9\t")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", 100, "Continue")]
    public void StatusLine_WellFormed_Accepted(string raw, int status, string reason)
    {
        ResponseHead head = Wire.Response(raw);
        Assert.Equal(status, head.Status);
        Assert.Equal(reason, Bytes.Text(head.Reason));
    }

    [Theory]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\0K\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\n\n")]
    [InlineData("HTTP/1.1 200 OK\rX")]
    [InlineData("<html>")]
    public void Rule19_BadStatusLine_502(string raw) => Assert.Equal(502, Wire.ResponseRefusal(raw));

    [Theory]
    [InlineData("NoColon")]
    [InlineData(": v")]
    [InlineData("X: a\0")]
    [InlineData("X: a\rb")]
    [InlineData("X: a\nY: b")]
    public void Rule19_BadFieldLine_502(string fields) => Assert.Equal(502, Wire.ResponseRefusal(Ok(fields)));

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding:")]
    [InlineData("Transfer-Encoding: gzip")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: identity")]
    [InlineData("Transfer-Encoding: chunked, chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked;a=b")]
    public void Rule19_BadTransferEncoding_502(string fields) => Assert.Equal(502, Wire.ResponseRefusal(Ok(fields)));

    [Fact]
    public void Rule19_Http10WithTransferEncoding_502() => Assert.Equal(502, Wire.ResponseRefusal(Ok("Transfer-Encoding: chunked", "1.0")));

    [Theory]
    [InlineData("Content-Length:")]
    [InlineData("Content-Length: +1")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2")]
    [InlineData("Content-Length: 1, 2")]
    [InlineData("Content-Length: 1,")]
    [InlineData("Content-Length: 9223372036854775808")]
    public void Rule19_BadContentLength_502(string fields)
    {
        Assert.Equal(502, Wire.ResponseRefusal(Ok(fields)));
        Assert.Equal(502, Wire.ResponseRefusal(Ok(fields), HttpMethod.Head));
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 5")]
    [InlineData("Content-Length: 5, 5")]
    [InlineData("Content-Length: 5\r\nX: y\r\nContent-Length: 05,5")]
    public void Rule15_EqualLengthsInResponse_Collapse(string fields)
    {
        ResponseHead head = Wire.Response(Ok(fields));
        Assert.Equal(BodyKind.Length, head.BodyKind);
        Assert.Equal(5, head.ContentLength);
        Assert.Equal("5", Wire.Values(head, "Content-Length"));
        Assert.Equal("5", Wire.Values(Wire.Response(Ok(fields), HttpMethod.Head), "Content-Length"));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", HttpMethod.Head)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HttpMethod.Head)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", HttpMethod.Head)]
    [InlineData("HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n", HttpMethod.Get)]
    [InlineData("HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n", HttpMethod.Get)]
    [InlineData("HTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n\r\n", HttpMethod.Get)]
    [InlineData("HTTP/1.1 103 E\r\nContent-Length: 5\r\n\r\n", HttpMethod.Get)]
    [InlineData("HTTP/1.1 100 C\r\n\r\n", HttpMethod.Post)]
    public void Rule18_HeadInterim204And304_NoBodyWhateverTheFieldsSay(string raw, object method)
    {
        ResponseHead head = Wire.Response(raw, (HttpMethod)method);
        Assert.Equal(BodyKind.None, head.BodyKind);
        Assert.True(head.KeepAlive);
    }

    [Fact]
    public void Rule18_LengthOf204AndInterim_Dropped()
    {
        Assert.Null(Wire.Values(Wire.Response("HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n"), "Content-Length"));
        Assert.Null(Wire.Values(Wire.Response("HTTP/1.1 103 E\r\nContent-Length: 5\r\n\r\n"), "Content-Length"));
        Assert.Equal("5", Wire.Values(Wire.Response("HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n"), "Content-Length"));
        Assert.Null(Wire.Values(
            Wire.Response("HTTP/1.1 200 N\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HttpMethod.Head), "Content-Length"));
    }

    [Fact]
    public void Rule18_NeitherLengthNorChunked_RunsToClose()
    {
        ResponseHead head = Wire.Response(Ok("X: y"));
        Assert.Equal(BodyKind.UntilClose, head.BodyKind);
        Assert.False(head.KeepAlive);
    }

    [Theory]
    [InlineData("1.1", "X: y", true)]
    [InlineData("1.1", "Connection: close", false)]
    [InlineData("1.1", "Connection: X, CLOSE", false)]
    [InlineData("1.1", "Connection: keep-alive\r\nConnection: close", false)]
    [InlineData("1.0", "X: y", false)]
    [InlineData("1.0", "Connection: Keep-Alive", true)]
    [InlineData("1.0", "Connection: keep-alive, close", false)]
    [InlineData("1.1", "Keep-Alive: timeout=0", false)]
    public void Rule22_UpstreamPersistence_AsItSays(string version, string fields, bool keepAlive) =>
        Assert.Equal(keepAlive, Wire.Response(Ok($"Content-Length: 0\r\n{fields}", version)).KeepAlive);

    [Theory]
    [InlineData("Keep-Alive: timeout=5", 5)]
    [InlineData("Keep-Alive: max=100, TIMEOUT=72", 72)]
    [InlineData("Keep-Alive: timeout=99999999999999", int.MaxValue)]
    [InlineData("Keep-Alive: timeout=x", 0)]
    [InlineData("Keep-Alive: timeout", 0)]
    [InlineData("X: y", 0)]
    public void Rule36_KeepAliveTimeout_Read(string fields, int seconds) =>
        Assert.Equal(seconds, Wire.Response(Ok($"Content-Length: 0\r\n{fields}")).KeepAliveTimeoutSeconds);

    [Fact]
    public void Rule32_SwitchingProtocols_NamesTheProtocol()
    {
        ResponseHead head = Wire.Response("HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        Assert.Equal("websocket", Bytes.Text(head.UpgradeProtocol));
        Assert.False(head.KeepAlive);
        Assert.True(Wire.Response("HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n").UpgradeProtocol.IsEmpty);
        Assert.True(Wire.Response("HTTP/1.1 200 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").UpgradeProtocol.IsEmpty);
    }

    [Fact]
    public void Parse_InterimThenFinal_TakesOneHeadAtATime()
    {
        byte[] both = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nZ"u8.ToArray();
        ResponseHeadParser parser = new(Wire.Limits);
        ResponseHead head = new();
        System.Buffers.ReadOnlySequence<byte> buffer = new(both);
        Assert.Equal(HeadResult.Done, parser.Parse(buffer, head, HttpMethod.Get, out SequencePosition consumed, out _));
        Assert.Equal(103, head.Status);
        buffer = buffer.Slice(consumed);
        Assert.Equal(HeadResult.Done, parser.Parse(buffer, head, HttpMethod.Get, out consumed, out _));
        Assert.Equal(200, head.Status);
        Assert.Null(Wire.Values(head, "Link"));
        Assert.Equal("Z", Bytes.Text(buffer.Slice(consumed)));
    }
}
