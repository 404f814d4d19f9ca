using System.Buffers;
using System.Text;
using PipeProxy.Core.Http;

namespace PipeProxy.Microbench.Routing;

/// <summary>Request heads as a browser sends them.</summary>
internal static class Requests
{
    /// <summary>A GET with seven fields and the given cookies.</summary>
    public static RequestHead Get(string host, string target, string cookies = "theme=dark; lang=en")
    {
        var text = $"GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\n"
            + $"Accept-Language: en\r\nAccept-Encoding: gzip, br\r\nCookie: {cookies}\r\nConnection: keep-alive\r\n\r\n";
        var head = new RequestHead();
        var result = new RequestHeadParser(new HttpLimits()).Parse(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(text)), head, out _, out _);
        return result == HeadResult.Done ? head : throw new InvalidOperationException(text);
    }
}
