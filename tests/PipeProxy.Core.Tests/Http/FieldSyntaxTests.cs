using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 4 to 7: field lines and limits.</summary>
public sealed class FieldSyntaxTests
{
    private static int Refusal(string fields) => Wire.Refusal($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n Host: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tfolded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n \r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX\t: 1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n")]
    public void Rule04_WhiteSpaceBeforeNameOrColon_400(string raw) => Assert.Equal(400, Wire.Refusal(raw));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n X: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n")]
    public void Rule04_WhiteSpaceInResponse_502(string raw) => Assert.Equal(502, Wire.ResponseRefusal(raw));

    [Theory]
    [InlineData("NoColon")]
    [InlineData(": empty name")]
    [InlineData("X\0: 1")]
    [InlineData("X\x01: 1")]
    [InlineData("X\x7f: 1")]
    [InlineData("X\u00e9: 1")]
    [InlineData("X(: 1")]
    [InlineData("X/Y: 1")]
    [InlineData("X\"Y: 1")]
    [InlineData("X[1]: 1")]
    [InlineData("X{}: 1")]
    [InlineData("X@Y: 1")]
    public void Rule05_NameIsNoToken_400(string line) => Assert.Equal(400, Refusal(line));

    [Fact]
    public void Rule05_EachControlByteInValue_400()
    {
        foreach (int control in Enumerable.Range(0, 32).Append(127).Where(b => b is not ('\t' or '\r')))
        {
            Assert.Equal(400, Refusal($"X: a{(char)control}b"));
        }
    }

    [Theory]
    [InlineData("X:v", "v")]
    [InlineData("X:   v", "v")]
    [InlineData("X: v \t ", "v")]
    [InlineData("X:\tv\t", "v")]
    [InlineData("X:", "")]
    [InlineData("X:  \t", "")]
    [InlineData("X: a \t b", "a \t b")]
    [InlineData("X: :::", ":::")]
    public void Rule05_BlanksAroundValue_Trimmed(string line, string value) =>
        Assert.Equal(value, Wire.Values(Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"), "X"));

    [Fact]
    public void Rule05_BytesOver7FInValue_PassUnchanged() =>
        Assert.Equal("\u0080\u00ff", Wire.Values(Wire.Request("GET / HTTP/1.1\r\nHost: a\r\nX: \u0080\u00ff\r\n\r\n"), "X"));

    [Fact]
    public void Rule06_SeveralLinesOfOneName_OrderAndCaseKept() =>
        Assert.Equal(
            "Host: a\nx-b: 1\nX-A: 2\nX-B: 3\nX-b: 1\n",
            Wire.Lines(Wire.Request("GET / HTTP/1.1\r\nHost: a\r\nx-b: 1\r\nX-A: 2\r\nX-B: 3\r\nX-b: 1\r\n\r\n")));

    [Fact]
    public void Rule06_SetCookieLines_NeverMerged() =>
        Assert.Equal("a=1|b=2", Wire.Values(Wire.Response("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n"), "Set-Cookie"));

    [Fact]
    public void Rule07_RequestLineAtItsLimit_Accepted()
    {
        string raw = $"GET /{new string('a', 8192 - 16)} HTTP/1.1\r\nHost: a\r\n\r\n";
        Assert.Equal(8192, raw.IndexOf('\n') + 1);
        Assert.Equal(0, Wire.Refusal(raw));
    }

    [Fact]
    public void Rule07_RequestLineOverItsLimit_414() =>
        Assert.Equal(414, Wire.Refusal($"GET /{new string('a', 8192 - 15)} HTTP/1.1\r\nHost: a\r\n\r\n"));

    [Fact]
    public void Rule07_EndlessTarget_414BeforeItEnds() => Assert.Equal(414, Wire.Refusal("GET /" + new string('a', 9000)));

    [Fact]
    public void Rule07_BadByteBehindTheLimit_Still414() => Assert.Equal(414, Wire.Refusal("GET /" + new string('a', 8192) + "\0"));

    [Theory]
    [InlineData(32, 0)]
    [InlineData(33, 501)]
    [InlineData(20000, 501)]
    public void Rule07_MethodOverItsLimit_501(int length, int status) =>
        Assert.Equal(status, Wire.Refusal($"{new string('M', length)} / HTTP/1.1\r\nHost: a\r\n\r\n"));

    [Fact]
    public void Rule07_OneFieldOverTheHead_431() =>
        Assert.Equal(431, Wire.Refusal($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', 32768)}\r\n\r\n"));

    [Fact]
    public void Rule07_EndlessFieldName_431() =>
        Assert.Equal(431, Wire.Refusal($"GET / HTTP/1.1\r\nHost: a\r\n{new string('a', 40000)}"));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 431)]
    public void Rule07_WholeHeadAtAndOverItsLimit_431(int more, int status)
    {
        const string Start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        string raw = $"{Start}{new string('a', 32768 - Start.Length - 4 + more)}\r\n\r\n";
        Assert.Equal(32768 + more, raw.Length);
        Assert.Equal(status, Wire.Refusal(raw));
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(100, 431)]
    public void Rule07_MoreFieldsThanAllowed_431(int fields, int status) =>
        Assert.Equal(status, Refusal(string.Join("\r\n", Enumerable.Range(0, fields).Select(i => $"X-{i}: {i}"))));

    [Fact]
    public void Rule07_BackendHeadOverItsLimits_502()
    {
        Assert.Equal(502, Wire.ResponseRefusal($"HTTP/1.1 200 OK\r\nX: {new string('a', 32768)}\r\n\r\n"));
        Assert.Equal(502, Wire.ResponseRefusal($"HTTP/1.1 200 {new string('a', 32768)}"));
        Assert.Equal(502, Wire.ResponseRefusal("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: a\r\n", 101)) + "\r\n"));
    }

    [Fact]
    public void Rule07_LimitsAreOptions_SmallerOnesHold()
    {
        HttpLimits small = new() { RequestLineBytes = 20, HeadBytes = 60, FieldCount = 2 };
        Assert.Equal(0, Wire.Refusal("GET /1234 HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n", small));
        Assert.Equal(414, Wire.Refusal("GET /12345 HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n", small));
        Assert.Equal(431, Wire.Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\n", small));
        Assert.Equal(431, Wire.Refusal($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 40)}\r\n\r\n", small));
    }
}
