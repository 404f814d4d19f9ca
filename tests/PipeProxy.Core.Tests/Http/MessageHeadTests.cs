using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>The line table: finding, removing, adding. Rule 30: nothing with CR, LF or NUL gets into a head.</summary>
public sealed class MessageHeadTests
{
    private static RequestHead Head(string fields) => Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");

    [Theory]
    [InlineData("X", "a\r\nY: b")]
    [InlineData("X", "a\rb")]
    [InlineData("X", "a\nb")]
    [InlineData("X", "a\0b")]
    [InlineData("X", "\u007f")]
    [InlineData("Set-Cookie", "a=b\r\n\r\nbody")]
    [InlineData("", "a")]
    [InlineData("X Y", "a")]
    [InlineData("X:", "a")]
    [InlineData("X\r\n", "a")]
    [InlineData("\u00e9", "a")]
    public void Rule30_ControlInValueOrNoToken_ThrowsAndChangesNothing(string name, string value)
    {
        RequestHead head = Head("X: before\r\nSet-Cookie: before");
        string before = Wire.Lines(head);
        Assert.Throws<ArgumentException>(() => head.Add(Bytes.Of(name), Bytes.Of(value)));
        Assert.Throws<ArgumentException>(() => head.Set(Bytes.Of(name), Bytes.Of(value)));
        Assert.Throws<ArgumentException>(() => head.Set(KnownField.SetCookie, "a\r\n"u8));
        Assert.Throws<ArgumentException>(() => head.Add(KnownField.Unknown, "a"u8));
        Assert.Equal(before, Wire.Lines(head));
        head.Add("After"u8, "1"u8);
        Assert.Equal(before + "After: 1\n", Wire.Lines(head));
    }

    [Fact]
    public void Add_ValueWithBlanksAtItsEnds_Trimmed()
    {
        RequestHead head = Head("X: y");
        head.Add("Z"u8, " \tz\t "u8);
        Assert.Equal("z", Wire.Values(head, "z"));
    }

    [Fact]
    public void Find_KnownAndUnknown_CaseInsensitiveFromAPlace()
    {
        RequestHead head = Head("Cookie: 1\r\nX-A: 2\r\ncookie: 3\r\nx-a: 4");
        Assert.Equal(1, head.Find("COOKIE"u8));
        Assert.Equal(3, head.Find(KnownField.Cookie, 2));
        Assert.Equal(2, head.Find("x-A"u8));
        Assert.Equal(4, head.Find("X-a"u8, 3));
        Assert.Equal(-1, head.Find("X-B"u8));
        Assert.Equal(-1, head.Find(KnownField.Date));
        Assert.Equal(-1, head.Find(KnownField.Unknown));
    }

    [Fact]
    public void Remove_OneOfTwo_PresenceStaysExact()
    {
        RequestHead head = Head("Cookie: 1\r\nCookie: 2");
        head.Remove(head.Find(KnownField.Cookie));
        Assert.True(head.Has(KnownField.Cookie));
        Assert.True(head.TryGetValue(KnownField.Cookie, out ReadOnlySpan<byte> value));
        Assert.Equal("2", Bytes.Text(value));
        head.Remove(head.Find(KnownField.Cookie));
        Assert.False(head.Has(KnownField.Cookie));
        Assert.False(head.TryGetValue(KnownField.Cookie, out _));
    }

    [Fact]
    public void RemoveAll_ByFieldAndName_CountsAndFindsNoMore()
    {
        RequestHead head = Head("Cookie: 1\r\nX-A: 1\r\nCookie: 2\r\nx-a: 2\r\nX-B: 3");
        Assert.Equal(2, head.RemoveAll(KnownField.Cookie));
        Assert.Equal(0, head.RemoveAll(KnownField.Cookie));
        Assert.Equal(2, head.RemoveAll("x-A"u8));
        Assert.Equal(0, head.RemoveAll("x-A"u8));
        Assert.Equal("Host: a\nX-B: 3\n", Wire.Lines(head));
    }

    [Fact]
    public void Set_ReplacesAllOfThatNameAlone()
    {
        RequestHead head = Head("Cookie: 1\r\nX-A: 1\r\ncookie: 2\r\nx-a: 2\r\nX-B: 3");
        head.Set("X-A"u8, "new"u8);
        head.Set(KnownField.Cookie, "c=new"u8);
        Assert.Equal("Host: a\nX-B: 3\nX-A: new\nCookie: c=new\n", Wire.Lines(head));
        Assert.True(head.Has(KnownField.Cookie));
    }

    [Fact]
    public void Add_UntilTheBufferGrows_EarlierSpansStayValid()
    {
        RequestHead head = Head("X: " + new string('v', 300));
        ReadOnlySpan<byte> before = head.ValueOf(1);
        for (int i = 0; i < 200; i++)
        {
            head.Add("X-Copy"u8, head.ValueOf(1));
        }

        Assert.Equal(new string('v', 300), Bytes.Text(before));
        Assert.Equal(string.Join('|', Enumerable.Repeat(new string('v', 300), 200)), Wire.Values(head, "X-Copy"));
        Assert.Equal("/", Bytes.Text(head.Target));
    }

    [Fact]
    public void Reset_ForgetsEverything()
    {
        RequestHead head = Head("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5");
        head.Reset();
        Assert.Equal(Wire.Describe(new RequestHead()), Wire.Describe(head));
        Assert.Equal(0, head.LineCount);
        Assert.Equal(0, head.Bytes.Length);
    }

    [Fact]
    public void HeadBytes_AsReceived_WithoutWhatWasAdded()
    {
        string raw = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        RequestHead head = Wire.Request("\r\n" + raw + "body");
        head.Add("X"u8, "y"u8);
        Assert.Equal(raw.Length, head.HeadBytes);
    }

    [Fact]
    public void KnownFields_EachName_FoundInAnyCaseAndNothingElse()
    {
        KnownField[] all = [.. Enum.GetValues<KnownField>().Where(f => f != KnownField.Unknown)];
        Assert.True(all.Length < 64);
        foreach (KnownField field in all)
        {
            string name = Bytes.Text(KnownFields.NameOf(field));
            Assert.NotEqual("", name);
            Assert.Equal(field, KnownFields.Find(Bytes.Of(name)));
            Assert.Equal(field, KnownFields.Find(Bytes.Of(name.ToUpperInvariant())));
            Assert.Equal(field, KnownFields.Find(Bytes.Of(name.ToLowerInvariant())));
            for (int i = 0; i < name.Length; i++)
            {
                // Every token byte that is not the same letter makes it another name.
                foreach (char c in "!#$%&'*+-.^_`|~09azAZ".Where(c => char.ToLowerInvariant(c) != char.ToLowerInvariant(name[i])))
                {
                    KnownField found = KnownFields.Find(Bytes.Of(name[..i] + c + name[(i + 1)..]));
                    Assert.NotEqual(field, found);
                }
            }

            Assert.NotEqual(field, KnownFields.Find(Bytes.Of(name + "x")));
            Assert.NotEqual(field, KnownFields.Find(Bytes.Of(name[1..])));
        }

        Assert.Equal(KnownField.Unknown, KnownFields.Find([]));
    }
}
