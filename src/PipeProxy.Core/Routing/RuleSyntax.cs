namespace PipeProxy.Core.Routing;

/// <summary>Tells whether a rule can be read, for those who take one from a user and have no table to put it into.</summary>
public static class RuleSyntax
{
    /// <summary>What is wrong with <paramref name="rule"/> and where (1-based); null where it can be read.</summary>
    public static string? Problem(string rule)
    {
        try
        {
            RuleParser.Parse(rule);
            return null;
        }
        catch (RuleException e)
        {
            return $"{e.Message}, at character {e.Position + 1}";
        }
    }
}
