/** What pages about work items say where there are none. */
export const workPresence = {
  metric: "issues_created",
  title: "No work items yet",
  text: "Connect Jira, Azure Boards or GitHub issues first, and map the integration to this project. Its items, with their history, appear here.",
};
