using System.Buffers;
using System.Text;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>What a parse came to, as text, so that two of them can be compared.</summary>
internal sealed record Outcome(HeadResult Result, int Status, string Reason, int Taken, string Head);

/// <summary>
/// Parses heads for tests. Every input is also parsed in every way it can be cut, on a pipe that overwrites what was
/// consumed, and has to give the same outcome each time.
/// </summary>
internal static class Wire
{
    internal static readonly HttpLimits Limits = new();

    /// <summary>Parses a request that must be accepted.</summary>
    internal static RequestHead Request(string raw, HttpLimits? limits = null)
    {
        Outcome outcome = RequestOutcome(raw, limits);
        Assert.True(outcome.Result == HeadResult.Done, $"{outcome.Result} {outcome.Status} {outcome.Reason}: {raw}");
        RequestHead head = new();
        new RequestHeadParser(limits ?? Limits).Parse(new(Bytes.Of(raw)), head, out _, out _);
        return head;
    }

    /// <summary>The status a request is refused with; 0 when it is not.</summary>
    internal static int Refusal(string raw, HttpLimits? limits = null)
    {
        Outcome outcome = RequestOutcome(raw, limits);
        if (outcome.Result == HeadResult.Rejected)
        {
            Assert.NotEqual("", outcome.Reason);
            Assert.DoesNotContain(outcome.Reason, char.IsControl);
        }

        return outcome.Result == HeadResult.Rejected ? outcome.Status : 0;
    }

    internal static Outcome RequestOutcome(string raw, HttpLimits? limits = null)
    {
        byte[] bytes = Bytes.Of(raw);
        return SameHoweverCut(bytes, pieces => RequestOutcome(pieces, limits ?? Limits));
    }

    /// <summary>Parses a response that must be accepted.</summary>
    internal static ResponseHead Response(string raw, HttpMethod method = HttpMethod.Get)
    {
        Outcome outcome = ResponseOutcome(raw, method);
        Assert.True(outcome.Result == HeadResult.Done, $"{outcome.Result} {outcome.Status} {outcome.Reason}: {raw}");
        ResponseHead head = new();
        new ResponseHeadParser(Limits).Parse(new(Bytes.Of(raw)), head, method, out _, out _);
        return head;
    }

    /// <summary>The status a response is refused with; 0 when it is not.</summary>
    internal static int ResponseRefusal(string raw, HttpMethod method = HttpMethod.Get)
    {
        Outcome outcome = ResponseOutcome(raw, method);
        return outcome.Result == HeadResult.Rejected ? outcome.Status : 0;
    }

    internal static Outcome ResponseOutcome(string raw, HttpMethod method = HttpMethod.Get) =>
        SameHoweverCut(Bytes.Of(raw), pieces => ResponseOutcome(pieces, method));

    /// <summary>Feeds the pieces one read after the other.</summary>
    internal static Outcome RequestOutcome(byte[][] pieces, HttpLimits limits)
    {
        RequestHeadParser parser = new(limits);
        RequestHead head = new();
        HeadResult result = Feed(pieces, Parse, out int taken);
        return Describe(result, parser.Rejection, taken, () => Describe(head));

        HeadResult Parse(in ReadOnlySequence<byte> buffer, out SequencePosition consumed, out SequencePosition examined) =>
            parser.Parse(buffer, head, out consumed, out examined);
    }

    internal static Outcome ResponseOutcome(byte[][] pieces, HttpMethod method)
    {
        ResponseHeadParser parser = new(Limits);
        ResponseHead head = new();
        HeadResult result = Feed(pieces, Parse, out int taken);
        return Describe(result, parser.Rejection, taken, () => Describe(head));

        HeadResult Parse(in ReadOnlySequence<byte> buffer, out SequencePosition consumed, out SequencePosition examined) =>
            parser.Parse(buffer, head, method, out consumed, out examined);
    }

    internal delegate HeadResult ParseStep(
        in ReadOnlySequence<byte> buffer, out SequencePosition consumed, out SequencePosition examined);

    /// <summary>A reader in small: what was not consumed is given again with the next piece, in new memory.</summary>
    internal static HeadResult Feed(byte[][] pieces, ParseStep parse, out int taken)
    {
        taken = 0;
        byte[] unread = [];
        foreach (byte[] piece in pieces)
        {
            byte[] there = [.. unread, .. piece];
            ReadOnlySequence<byte> buffer = new(there);
            HeadResult result = parse(buffer, out SequencePosition consumed, out _);
            int used = (int)buffer.Slice(0, consumed).Length;
            taken += used;
            unread = there[used..];
            Array.Fill(there, (byte)0xEE);
            if (result != HeadResult.NeedMore)
            {
                return result;
            }
        }

        return HeadResult.NeedMore;
    }

    internal static string Describe(RequestHead head)
    {
        StringBuilder text = new();
        text.Append($"{head.Method} {Bytes.Text(head.MethodBytes)} {Bytes.Text(head.Target)} 1.{head.MinorVersion} path={Bytes.Text(head.Path)} ");
        text.Append($"query={Bytes.Text(head.Query)} host={Bytes.Text(head.Host)} name={Bytes.Text(head.HostName)} port={Bytes.Text(head.HostPort)} ");
        text.Append($"{head.BodyKind} {head.ContentLength} keep={head.KeepAlive} expect={head.ExpectContinue} upgrade={Bytes.Text(head.UpgradeProtocol)} ");
        text.AppendLine($"ws={head.IsWebSocket} te={head.AcceptsTrailers} bytes={head.HeadBytes}");
        return text.Append(Lines(head)).ToString();
    }

    internal static string Describe(ResponseHead head)
    {
        StringBuilder text = new();
        text.Append($"{head.Status} {Bytes.Text(head.Reason)} 1.{head.MinorVersion} {head.BodyKind} {head.ContentLength} keep={head.KeepAlive} ");
        text.AppendLine($"timeout={head.KeepAliveTimeoutSeconds} upgrade={Bytes.Text(head.UpgradeProtocol)} bytes={head.HeadBytes}");
        return text.Append(Lines(head)).ToString();
    }

    /// <summary>The lines that are there, each <c>Name: value</c> and LF.</summary>
    internal static string Lines(MessageHead head)
    {
        StringBuilder text = new();
        for (int i = 0; i < head.LineCount; i++)
        {
            if (!head.Line(i).Removed)
            {
                text.Append($"{Bytes.Text(head.NameOf(i))}: {Bytes.Text(head.ValueOf(i))}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>All values of a field, joined by <c>|</c>; null when it is not there.</summary>
    internal static string? Values(MessageHead head, string name)
    {
        List<string> values = [];
        byte[] bytes = Bytes.Of(name);
        for (int i = head.Find(bytes); i >= 0; i = head.Find(bytes, i + 1))
        {
            values.Add(Bytes.Text(head.ValueOf(i)));
        }

        return values.Count == 0 ? null : string.Join('|', values);
    }

    private static Outcome SameHoweverCut(byte[] bytes, Func<byte[][], Outcome> parse)
    {
        Outcome whole = parse([bytes]);
        Compare(whole, parse(Bytes.Singly(bytes)), "byte by byte");
        foreach (byte[][] pieces in Bytes.CutInTwo(bytes))
        {
            Compare(whole, parse(pieces), $"cut at {pieces[0].Length}");
        }

        return whole;
    }

    private static void Compare(Outcome whole, Outcome cut, string how)
    {
        // How much of a refused head was taken, and how much of it is readable, depends on the reads: nothing uses it.
        if (whole.Result == HeadResult.Rejected)
        {
            whole = whole with { Taken = 0 };
            cut = cut with { Taken = 0 };
        }

        Assert.True(whole == cut, $"{how}:\n{cut}\ninstead of\n{whole}");
    }

    private static Outcome Describe(HeadResult result, HttpRejection rejection, int taken, Func<string> describe) =>
        new(result, rejection.Status, rejection.Reason ?? "", taken, result == HeadResult.Done ? describe() : "");
}
