using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 13 to 15 on requests.</summary>
public sealed class RequestFramingTests
{
    private static string Post(string fields, string version = "1.1") => $"POST / HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3")]
    [InlineData("Transfer-Encoding: gzip\r\nContent-Length: 3")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length:")]
    public void Rule13_LengthWithTransferEncoding_400(string fields) => Assert.Equal(400, Wire.Refusal(Post(fields)));

    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("transfer-encoding:CHUNKED")]
    [InlineData("Transfer-Encoding: \tchunked \t")]
    public void Rule14_ExactlyOneChunked_Chunked(string fields) => Assert.Equal(BodyKind.Chunked, Wire.Request(Post(fields)).BodyKind);

    [Theory]
    [InlineData("Transfer-Encoding:")]
    [InlineData("Transfer-Encoding: ,")]
    [InlineData("Transfer-Encoding: chunked,")]
    [InlineData("Transfer-Encoding: ,chunked")]
    [InlineData("Transfer-Encoding: gzip,,chunked")]
    [InlineData("Transfer-Encoding: chunked, chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding:")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [InlineData("Transfer-Encoding: chunked, gzip")]
    [InlineData("Transfer-Encoding: chunked;q=1")]
    [InlineData("Transfer-Encoding: chunked ; a=b")]
    [InlineData("Transfer-Encoding: chunked;")]
    [InlineData("Transfer-Encoding: \"chunked\"")]
    [InlineData("Transfer-Encoding: chunked chunked")]
    [InlineData("Transfer-Encoding: chu nked")]
    [InlineData("Transfer-Encoding: chunked\u00a0")]
    public void Rule14_NotExactlyOneChunked_400(string fields) => Assert.Equal(400, Wire.Refusal(Post(fields)));

    [Theory]
    [InlineData("Transfer-Encoding: gzip")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: identity")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: chunkedx")]
    [InlineData("Transfer-Encoding: foo;a=b")]
    public void Rule14_UnknownCoding_501(string fields) => Assert.Equal(501, Wire.Refusal(Post(fields)));

    [Fact]
    public void Rule14_Http10WithTransferEncoding_400() => Assert.Equal(400, Wire.Refusal(Post("Transfer-Encoding: chunked", "1.0")));

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("1", 1L)]
    [InlineData("007", 7L)]
    [InlineData(" 42 ", 42L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("00000000000000000000000000000000005", 5L)]
    public void Rule15_Digits_Length(string value, long length)
    {
        RequestHead head = Wire.Request(Post($"Content-Length: {value}"));
        Assert.Equal(BodyKind.Length, head.BodyKind);
        Assert.Equal(length, head.ContentLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("1 2")]
    [InlineData("1_000")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("a")]
    [InlineData("1a")]
    [InlineData("\"1\"")]
    [InlineData("1;")]
    [InlineData("1,1")]
    [InlineData("1, 1")]
    [InlineData("1,2")]
    [InlineData("1,")]
    [InlineData(",1")]
    [InlineData("\u00b2")]
    [InlineData("9223372036854775808")]
    [InlineData("9223372036854775810")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999")]
    public void Rule15_AnythingElse_400(string value)
    {
        Assert.Equal(400, Wire.Refusal(Post($"Content-Length: {value}")));
        Assert.Equal(400, Wire.Refusal(Post($"Content-Length: {value}", "1.0")));
    }

    [Theory]
    [InlineData("Content-Length: 1\r\nContent-Length: 2")]
    [InlineData("Content-Length: 1\r\nContent-Length: 1")]
    [InlineData("Content-Length: 1\r\nX: y\r\ncontent-length: 1")]
    public void Rule15_SecondField_400(string fields) => Assert.Equal(400, Wire.Refusal(Post(fields)));

    [Fact]
    public void Rule15_NoFraming_NoBody() => Assert.Equal(BodyKind.None, Wire.Request(Post("X: y")).BodyKind);
}
