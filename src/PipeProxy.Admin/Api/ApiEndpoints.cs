using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary>
/// <c>/api/...</c> in the shapes of Traefik's API, read only. One request reads one snapshot. Paths are matched by
/// hand, on the target as it came: a name with an encoded slash is one segment.
/// </summary>
internal sealed class ApiEndpoints(AdminSources sources)
{
    private static readonly ApiJson s_json = ApiJson.Relaxed;

    public Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "the API is read only: GET or HEAD");
        }

        ProxyState state = sources.Configuration.Current;
        return SegmentsOf(context) switch
        {
            ["api", "version"] => WriteAsync(context, VersionView.Of(sources), s_json.VersionView),
            ["api", "overview"] => WriteAsync(context, OverviewView.Of(sources, state), s_json.OverviewView),
            ["api", "rawdata"] => WriteAsync(context, RawDataView.Of(state), s_json.RawDataView),
            ["api", "entrypoints"] => ListAsync(context, EntryPoints(), s_json.IEnumerableEntryPointView),
            ["api", "entrypoints", var name] => OneAsync(context, "entry point", name, EntryPoints().FirstOrDefault(e => e.Name == name), s_json.EntryPointView),
            ["api", "http", "routers"] => ListAsync(context, state.Routers.Select(RouterView.WithName), s_json.IEnumerableRouterView),
            ["api", "http", "routers", var name] => OneAsync(context, "router", name, state.Routers.Where(r => r.Name == name).Select(RouterView.WithName).FirstOrDefault(), s_json.RouterView),
            ["api", "http", "services"] => ListAsync(context, state.Services.Select(ServiceView.WithName), s_json.IEnumerableServiceView),
            ["api", "http", "services", var name] => OneAsync(context, "service", name, state.Services.Where(s => s.Name == name).Select(ServiceView.WithName).FirstOrDefault(), s_json.ServiceView),
            ["api", "http", "middlewares"] => ListAsync(context, state.Middlewares.Select(MiddlewareView.WithName), s_json.IEnumerableMiddlewareView),
            ["api", "http", "middlewares", var name] => OneAsync(context, "middleware", name, state.Middlewares.Where(m => m.Name == name).Select(MiddlewareView.WithName).FirstOrDefault(), s_json.MiddlewareView),
            _ => RefuseAsync(context, StatusCodes.Status404NotFound, "there is nothing at this path"),
        };
    }

    private static string[] SegmentsOf(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        return path.StartsWith('/') ? Array.ConvertAll(path[1..].Split('/'), Uri.UnescapeDataString) : [];
    }

    private IEnumerable<EntryPointView> EntryPoints() => sources.EntryPoints.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => new EntryPointView(e.Address, e.Name));

    private static Task OneAsync<T>(HttpContext context, string kind, string name, T? view, JsonTypeInfo<T> type)
        where T : class =>
        view is null ? RefuseAsync(context, StatusCodes.Status404NotFound, $"{kind} not found: {name}") : WriteAsync(context, view, type);

    private static Task ListAsync<T>(HttpContext context, IEnumerable<T> all, JsonTypeInfo<IEnumerable<T>> type)
        where T : IListed
    {
        if (!ListQuery.TryRead(context.Request.Query, out ListQuery query, out string wrong))
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, wrong);
        }

        ImmutableArray<T> kept = [.. all.Where(query.Keeps)];
        if (!query.TryPage(kept.Length, out Range page, out int next))
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, $"invalid request: there is no page {query.Page} of {query.PerPage} a page");
        }

        context.Response.Headers["X-Next-Page"] = next.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, kept[page], type);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new ErrorView(message), s_json.ErrorView);
    }

    private static Task WriteAsync<T>(HttpContext context, T view, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        // Written as it is made, in pieces: a large answer never lies in memory as a whole.
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : JsonSerializer.SerializeAsync(context.Response.BodyWriter, view, type, context.RequestAborted);
    }
}
