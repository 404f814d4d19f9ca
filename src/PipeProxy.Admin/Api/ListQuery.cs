using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PipeProxy.Admin.Api;

/// <summary>What a list can be searched by.</summary>
internal interface IListed
{
    /// <summary><c>name@provider</c>.</summary>
    string? Name { get; }

    /// <summary>Further text that a search looks into.</summary>
    string? Searched { get; }

    /// <summary>In force or not; null where there is no such thing.</summary>
    string? Status { get; }
}

/// <summary>The query of a list: <c>search</c>, <c>status</c>, <c>page</c> from 1, <c>per_page</c> (100).</summary>
internal readonly record struct ListQuery(string Search, string Status, int Page, int PerPage)
{
    private const int DefaultPerPage = 100;

    public static bool TryRead(IQueryCollection values, out ListQuery query, out string wrong)
    {
        query = default;
        if (!TryReadNumber(values, "page", 1, out int page, out wrong) || !TryReadNumber(values, "per_page", DefaultPerPage, out int perPage, out wrong))
        {
            return false;
        }

        query = new ListQuery(values["search"].ToString(), values["status"].ToString(), page, perPage);
        return true;
    }

    public bool Keeps<T>(T item)
        where T : IListed =>
        (Status.Length == 0 || Status.Equals(item.Status, StringComparison.OrdinalIgnoreCase))
        && (Search.Length == 0 || Contains(item.Name) || Contains(item.Searched));

    /// <summary>False where the page lies behind the end. <paramref name="next"/> is 1 on the last page, as in Traefik.</summary>
    public bool TryPage(int count, out Range page, out int next)
    {
        long start = (Page - 1L) * PerPage;
        long end = Math.Min(start + PerPage, count);
        next = end < count ? Page + 1 : 1;
        page = start <= count ? (int)start..(int)end : default;
        return start == 0 || start < count;
    }

    private bool Contains(string? text) => text?.Contains(Search, StringComparison.OrdinalIgnoreCase) == true;

    private static bool TryReadNumber(IQueryCollection values, string name, int otherwise, out int number, out string wrong)
    {
        number = otherwise;
        string text = values[name].ToString();
        bool isRight = text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0);
        wrong = isRight ? "" : $"invalid request: {name} is a number from 1";
        return isRight;
    }
}
