using System.Buffers;
using System.Text.RegularExpressions;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>What holds for every input, tried on seeded random ones.</summary>
public sealed partial class WireProperties
{
    [Fact]
    public void Parse_RandomValidRequests_AcceptedHoweverCut()
    {
        HeadGenerator generator = new(1);
        for (int i = 0; i < 100; i++)
        {
            string raw = generator.Request();
            Outcome outcome = Wire.RequestOutcome(raw + "BODY");
            Assert.True(outcome.Result == HeadResult.Done, $"{outcome.Status} {outcome.Reason}: {raw}");
            Assert.Equal(raw.Length, outcome.Taken);
        }
    }

    [Fact]
    public void Parse_RandomValidResponses_AcceptedHoweverCut()
    {
        HeadGenerator generator = new(2);
        for (int i = 0; i < 100; i++)
        {
            string raw = generator.Response();
            Outcome outcome = Wire.ResponseOutcome(raw + "BODY");
            Assert.True(outcome.Result == HeadResult.Done, $"{outcome.Status} {outcome.Reason}: {raw}");
            Assert.Equal(raw.Length, outcome.Taken);
        }
    }

    [Fact]
    public void ParseWriteParse_RandomRequests_Fixpoint()
    {
        HeadGenerator generator = new(3);
        for (int i = 0; i < 2000; i++)
        {
            RequestHead head = Parsed(generator.Request());
            string once = Written(head);
            RequestHead again = Parsed(once);
            Assert.Equal(once, Written(again));
            AssertSameRequest(head, again);
        }
    }

    [Fact]
    public void ParseWriteParse_RandomResponses_Fixpoint()
    {
        HeadGenerator generator = new(4);
        for (int i = 0; i < 2000; i++)
        {
            ResponseHead head = ParsedResponse(generator.Response())!;
            FieldRules.PrepareResponse(head);
            string once = WrittenResponse(head);
            ResponseHead again = ParsedResponse(once)!;
            Assert.Equal((head.Status, head.BodyKind, head.ContentLength), (again.Status, again.BodyKind, again.ContentLength));
            FieldRules.PrepareResponse(again);
            Assert.Equal(once, WrittenResponse(again));
        }
    }

    /// <summary>
    /// What is accepted is exactly one well-formed head, means the same to the next reader, and means the same however
    /// it was cut. Nothing throws.
    /// </summary>
    [Fact]
    public void Parse_DamagedRequests_RefusedOrUnambiguous()
    {
        HeadGenerator generator = new(5);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string raw = generator.Damaged(generator.Request());
            byte[] bytes = Bytes.Of(raw);
            Outcome whole = Wire.RequestOutcome([bytes], Wire.Limits);
            Outcome cut = Wire.RequestOutcome(generator.Cut(bytes), Wire.Limits);
            Assert.Equal(whole with { Taken = whole.Result == HeadResult.Rejected ? cut.Taken : whole.Taken }, cut);
            Assert.True(whole.Result != HeadResult.Rejected || whole.Status is 400 or 414 or 431 or 501 or 505, $"{whole.Status}: {raw}");
            if (whole.Result != HeadResult.Done)
            {
                continue;
            }

            accepted++;
            Assert.Matches(StrictHead(), raw[..whole.Taken]);
            RequestHead head = Parsed(raw);
            FieldRules.PrepareRequest(head, new ForwardedFacts { ClientAddress = "1.2.3.4"u8, ServerName = "p"u8 });
            string written = Written(head);
            AssertSameRequest(head, Parsed(written));
        }

        // Else the damage is so heavy that the test shows nothing.
        Assert.InRange(accepted, 2_000, 18_000);
    }

    [Fact]
    public void Parse_DamagedResponses_RefusedOrUnambiguous()
    {
        HeadGenerator generator = new(6);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string raw = generator.Damaged(generator.Response());
            byte[] bytes = Bytes.Of(raw);
            Outcome whole = Wire.ResponseOutcome([bytes], HttpMethod.Get);
            Outcome cut = Wire.ResponseOutcome(generator.Cut(bytes), HttpMethod.Get);
            Assert.Equal(whole with { Taken = whole.Result == HeadResult.Rejected ? cut.Taken : whole.Taken }, cut);
            Assert.True(whole.Result != HeadResult.Rejected || whole.Status == 502, raw);
            if (whole.Result == HeadResult.Done)
            {
                accepted++;
                ResponseHead head = ParsedResponse(raw)!;
                FieldRules.PrepareResponse(head);
                ResponseHead again = ParsedResponse(WrittenResponse(head))!;
                Assert.Equal((head.Status, head.BodyKind, head.ContentLength), (again.Status, again.BodyKind, again.ContentLength));
            }
        }

        Assert.InRange(accepted, 2_000, 18_000);
    }

    [Fact]
    public void Scan_RandomAndDamagedChunkedBodies_SameHoweverCut()
    {
        HeadGenerator generator = new(7);
        for (int i = 0; i < 100; i++)
        {
            string raw = generator.ChunkedBody();
            ChunkScannerTests.Scan scan = ChunkScannerTests.Run(raw + "NEXT");
            Assert.Equal(ChunkResult.Done, scan.Result);
            Assert.Equal(raw.Length, scan.Taken);
            ChunkScannerTests.Run(generator.Damaged(raw));
        }
    }

    /// <summary>RFC 9112 in one expression, written without looking at the parser: what is accepted has to match.</summary>
    [GeneratedRegex(
        @"\A(\r\n){0,8}[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32} (\*|/[!""$-~]*|[Hh][Tt][Tt][Pp][Ss]?://[!""$-~]+) HTTP/1\.[0-9]\r\n"
        + @"([!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n\z")]
    private static partial Regex StrictHead();

    private static RequestHead Parsed(string raw)
    {
        RequestHead head = new();
        RequestHeadParser parser = new(Wire.Limits);
        HeadResult result = parser.Parse(new(Bytes.Of(raw)), head, out _, out _);
        Assert.True(result == HeadResult.Done, $"{result} {parser.Rejection}: {raw}");
        return head;
    }

    private static ResponseHead? ParsedResponse(string raw)
    {
        ResponseHead head = new();
        ResponseHeadParser parser = new(Wire.Limits);
        HeadResult result = parser.Parse(new ReadOnlySequence<byte>(Bytes.Of(raw)), head, HttpMethod.Get, out _, out _);
        Assert.True(result == HeadResult.Done, $"{result} {parser.Rejection}: {raw}");
        return head;
    }

    private static string Written(RequestHead head) => HeadWriterTests.Written(output => HeadWriter.WriteRequest(output, head, new RequestHeadFacts
    {
        // A 1.0 request may name no host; the forwarder gives it the backend's.
        Host = head.Host.IsEmpty ? "backend.test"u8 : head.Host,
        BodyKind = head.BodyKind,
        ContentLength = head.ContentLength,
        Upgrade = head.UpgradeRequested,
    }));

    private static string WrittenResponse(ResponseHead head) => HeadWriterTests.Written(output =>
    {
        if (head.Status is < 200)
        {
            HeadWriter.WriteInterim(output, head);
            return;
        }

        HeadWriter.WriteResponse(output, head, new ResponseHeadFacts
        {
            ClientMinorVersion = 1,
            KeepAlive = head.KeepAlive,
            BodyKind = head.BodyKind,
            ContentLength = head.ContentLength,
        });
    });

    private static void AssertSameRequest(RequestHead head, RequestHead again)
    {
        Assert.Equal(Meaning(head), Meaning(again));
        static string Meaning(RequestHead h) =>
            $"{Bytes.Text(h.MethodBytes)} {Bytes.Text(h.Target)} {(h.Host.IsEmpty ? "backend.test" : Bytes.Text(h.Host))} {h.BodyKind} {h.ContentLength} {Bytes.Text(h.UpgradeProtocol)} {h.AcceptsTrailers}";
    }
}
