using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 1 to 3: line ends, empty lines, the request line.</summary>
public sealed class RequestLineTests
{
    private const string Fields = "Host: a\r\n\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public void Rule01_LineEndsInLineFeedAlone_400(string raw) => Assert.Equal(400, Wire.Refusal(raw));

    [Theory]
    [InlineData("GET / HTTP/1.1\rHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\rHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHo\rst: a\r\n\r\n")]
    [InlineData("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public void Rule01_BareCarriageReturn_400(string raw) => Assert.Equal(400, Wire.Refusal(raw));

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Rule02_UpToEightEmptyLines_Skipped(int count)
    {
        string empty = string.Concat(Enumerable.Repeat("\r\n", count));
        Outcome outcome = Wire.RequestOutcome(empty + "GET /x HTTP/1.1\r\n" + Fields + "rest");
        Assert.Equal(HeadResult.Done, outcome.Result);
        Assert.Equal((count * 2) + 17 + Fields.Length, outcome.Taken);
    }

    [Fact]
    public void Rule02_NinthEmptyLine_400() =>
        Assert.Equal(400, Wire.Refusal(string.Concat(Enumerable.Repeat("\r\n", 9)) + "GET / HTTP/1.1\r\n" + Fields));

    [Theory]
    [InlineData(" GET / HTTP/1.1\r\n")]
    [InlineData("\tGET / HTTP/1.1\r\n")]
    [InlineData(" \r\nGET / HTTP/1.1\r\n")]
    [InlineData("\0GET / HTTP/1.1\r\n")]
    public void Rule02_AnythingElseBeforeTheLine_400(string line) => Assert.Equal(400, Wire.Refusal(line + Fields));

    [Theory]
    [InlineData("GET", HttpMethod.Get)]
    [InlineData("HEAD", HttpMethod.Head)]
    [InlineData("POST", HttpMethod.Post)]
    [InlineData("PUT", HttpMethod.Put)]
    [InlineData("DELETE", HttpMethod.Delete)]
    [InlineData("OPTIONS", HttpMethod.Options)]
    [InlineData("TRACE", HttpMethod.Trace)]
    [InlineData("PATCH", HttpMethod.Patch)]
    [InlineData("get", HttpMethod.Other)]
    [InlineData("PROPFIND", HttpMethod.Other)]
    [InlineData("M-SEARCH", HttpMethod.Other)]
    [InlineData("!#$%&'*+-.^_`|~09", HttpMethod.Other)]
    public void Rule03_TokenAsMethod_Forwarded(string method, object expected)
    {
        RequestHead head = Wire.Request($"{method} /p HTTP/1.1\r\n{Fields}");
        Assert.Equal(expected, head.Method);
        Assert.Equal(method, Bytes.Text(head.MethodBytes));
    }

    [Theory]
    [InlineData("GET  / HTTP/1.1\r\n")]
    [InlineData("GET /  HTTP/1.1\r\n")]
    [InlineData("GET\t/ HTTP/1.1\r\n")]
    [InlineData("GET /\tHTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1 \r\n")]
    [InlineData("GET / HTTP/1.1\t\r\n")]
    [InlineData("GET / HTTP/1.1 x\r\n")]
    [InlineData("GET / x HTTP/1.1\r\n")]
    [InlineData("GE(T / HTTP/1.1\r\n")]
    [InlineData("GET: / HTTP/1.1\r\n")]
    [InlineData("G\u00c9T / HTTP/1.1\r\n")]
    [InlineData("GET\0 / HTTP/1.1\r\n")]
    [InlineData(": / HTTP/1.1\r\n")]
    public void Rule03_NotExactlyOneSpaceOrNoToken_400(string line) => Assert.Equal(400, Wire.Refusal(line + Fields));

    [Theory]
    [InlineData("GET /\r\n")]
    [InlineData("GET\r\n")]
    [InlineData("GET / \r\n")]
    [InlineData("GET / http/1.1\r\n")]
    [InlineData("GET / Http/1.1\r\n")]
    [InlineData("GET / HTTP/1\r\n")]
    [InlineData("GET / HTTP/1.\r\n")]
    [InlineData("GET / HTTP/1.10\r\n")]
    [InlineData("GET / HTTP/01.1\r\n")]
    [InlineData("GET / HTTP/10.1\r\n")]
    [InlineData("GET / HTTP/1,1\r\n")]
    [InlineData("GET / HTTP/-1.1\r\n")]
    [InlineData("GET / HTTP 1.1\r\n")]
    [InlineData("GET / HTTPS/1.1\r\n")]
    [InlineData("GET / ICAP/1.0\r\n")]
    public void Rule03_MalformedVersion_400(string line) => Assert.Equal(400, Wire.Refusal(line + Fields));

    [Theory]
    [InlineData("GET / HTTP/2.0\r\n")]
    [InlineData("GET / HTTP/0.9\r\n")]
    [InlineData("GET / HTTP/3.1\r\n")]
    [InlineData("GET / HTTP/9.9\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n")]
    public void Rule03_OtherMajorVersion_505(string line) => Assert.Equal(505, Wire.Refusal(line + Fields));

    [Theory]
    [InlineData("1.0", 0)]
    [InlineData("1.1", 1)]
    [InlineData("1.2", 1)]
    [InlineData("1.9", 1)]
    public void Rule03_HigherMinorVersion_TreatedAs11(string version, int minor) =>
        Assert.Equal(minor, Wire.Request($"GET / HTTP/{version}\r\n{Fields}").MinorVersion);

    [Theory]
    [InlineData("\x16\x03\x01")]
    [InlineData("GET /\x7f")]
    [InlineData("GET / X")]
    [InlineData("GET / HTTP/2.0")]
    [InlineData("\"")]
    public void Rule03_GarbageWithoutLineEnd_RefusedAtOnce(string start) => Assert.NotEqual(0, Wire.Refusal(start));

    [Fact]
    public void Parse_Pipelined_TakesTheHeadAlone()
    {
        string first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
        byte[] both = Bytes.Of(first + "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n");
        RequestHeadParser parser = new(Wire.Limits);
        RequestHead head = new();
        System.Buffers.ReadOnlySequence<byte> buffer = new(both);
        Assert.Equal(HeadResult.Done, parser.Parse(buffer, head, out SequencePosition consumed, out SequencePosition examined));
        Assert.Equal(first.Length, buffer.Slice(0, consumed).Length);
        Assert.Equal(consumed, examined);
        Assert.False(parser.HasStarted);
        Assert.Equal(HeadResult.Done, parser.Parse(buffer.Slice(consumed), head, out _, out _));
        Assert.Equal("/2", Bytes.Text(head.Target));
        Assert.Equal("b", Bytes.Text(head.Host));
    }

    [Fact]
    public void HasStarted_EmptyLinesOnly_False()
    {
        RequestHeadParser parser = new(Wire.Limits);
        RequestHead head = new();
        Assert.Equal(HeadResult.NeedMore, parser.Parse(new("\r\n\r\n"u8.ToArray()), head, out _, out _));
        Assert.False(parser.HasStarted);
        Assert.Equal(HeadResult.NeedMore, parser.Parse(new("G"u8.ToArray()), head, out _, out _));
        Assert.True(parser.HasStarted);
    }

    [Fact]
    public void Parse_AfterRejection_RejectedUntilReset()
    {
        RequestHeadParser parser = new(Wire.Limits);
        RequestHead head = new();
        Assert.Equal(HeadResult.Rejected, parser.Parse(new("GET / HTTP/1.1\r\n\r\n"u8.ToArray()), head, out _, out _));
        Assert.Equal(HeadResult.Rejected, parser.Parse(new("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray()), head, out _, out _));
        parser.Reset();
        Assert.Equal(0, parser.Rejection.Status);
        Assert.Equal(HeadResult.Done, parser.Parse(new("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray()), head, out _, out _));
    }

    [Fact]
    public void Parse_RejectedInItsFields_RequestLineStaysReadable()
    {
        foreach (byte[][] pieces in Bytes.CutInTwo("GET /seen?q HTTP/1.1\r\nHost: a\r\nBad line\r\n\r\n"u8.ToArray()))
        {
            RequestHeadParser parser = new(Wire.Limits);
            RequestHead head = new();
            Assert.Equal(HeadResult.Rejected, Wire.Feed(pieces, Parse, out _));
            Assert.Equal("GET /seen?q", $"{Bytes.Text(head.MethodBytes)} {Bytes.Text(head.Target)}");

            HeadResult Parse(in System.Buffers.ReadOnlySequence<byte> buffer, out SequencePosition consumed, out SequencePosition examined) =>
                parser.Parse(buffer, head, out consumed, out examined);
        }
    }

    [Fact]
    public void Parse_EmptySegmentsBetween_SameAsWhole()
    {
        byte[] bytes = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nrest"u8.ToArray();
        foreach (byte[][] cut in Bytes.CutInTwo(bytes))
        {
            System.Buffers.ReadOnlySequence<byte> buffer = Bytes.Segments([], cut[0], [], cut[1], []);
            RequestHead head = new();
            Assert.Equal(HeadResult.Done, new RequestHeadParser(Wire.Limits).Parse(buffer, head, out SequencePosition consumed, out _));
            Assert.Equal("rest", Bytes.Text(buffer.Slice(consumed)));
            Assert.Equal("a", Bytes.Text(head.Host));
        }
    }
}
